package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.LentCredentials;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker that has nothing but what the coordinator lends it. */
class LentDriveStoreTest extends DriveStory {
  private static final String USER = "user@example.com";
  private static final Duration HOUR = Duration.ofMinutes(60);

  private HookedTime time;
  private LentCredentials credentials;
  private LentDriveStore lent;
  private DriveRoot root;

  @BeforeEach
  void borrow() throws Exception {
    time = new HookedTime(bench.time());
    root = DriveRoot.find(bench.setup()).orElseThrow();
    credentials = new LentCredentials(time);
    lent = new LentDriveStore(credentials, bench.drive().base(), Bench.SMALL, time, new Random(1));
  }

  private StoreAccess access(String client, Duration expiresIn, StoreId store) {
    String token = bench.drive().auth().accessToken(client, USER, FakeAuth.DRIVE_FILE);
    return new StoreAccess(
        StoreAccess.DRIVE, token, expiresIn, USER, client, root.folderId(), store);
  }

  private void lend() {
    credentials.lent(access(Bench.CLIENT, HOUR, root.id()));
  }

  private FileEntry upload() throws Exception {
    lent.createFolder("job/lent");
    return lent.put("job/lent", Files.write(local.resolve(NAME), bytes), UNWATCHED);
  }

  @Test
  void itOpensTheStoreThatItIsLentAccessTo() throws Exception {
    lend();
    FileEntry entry = upload();
    assertThat(lent.id()).isEqualTo(root.id());
    assertUploadedOnce(entry);
    assertThat(bench.open().locate("job/lent", NAME)).isEqualTo(entry.storeId());
  }

  @Test
  void itNeverDeletesOrUpdates() throws Exception {
    lend();
    upload();
    assertThat(bench.drive().count(Operation.DELETE)).isZero();
    assertThat(bench.drive().count(Operation.UPDATE)).isZero();
  }

  @Test
  void accessThatEndsInMidUploadIsReplacedByTheNextRenewalAndNoByteIsSentTwice() throws Exception {
    lend();
    endAccessAtChunk(3);
    time.onWaking(
        sleep -> {
          if (credentials.isRefused()) {
            lend();
          }
        });
    FileEntry entry = upload();

    assertUploadedOnce(entry);
    assertThat(bench.drive().uploadsBegun()).isEqualTo(1);
    assertThat(bench.drive().count(Operation.CHUNK)).isEqualTo(6 + 1);
    assertThat(credentials.isRefused()).isFalse();
  }

  /** All that was issued ends while the nth chunk is on its way. */
  private void endAccessAtChunk(int nth) {
    faults()
        .nth(Operation.CHUNK, nth, new Action.First(() -> bench.drive().auth().expireAccess()))
        .nth(Operation.CHUNK, nth, new Action.Refuse(401, "authError"));
  }

  @Test
  void aRefusedTokenIsToldUntilAnotherComes() throws Exception {
    lend();
    Sha256 held = credentials.held();
    time.onWaking(
        sleep -> {
          assertThat(credentials.isRefused()).isTrue();
          assertThat(credentials.held()).isEqualTo(held);
          if (sleep == 40) {
            lend();
          }
        });
    bench.drive().auth().expireAccess();

    lent.createFolder("job/lent");

    assertThat(time.slept()).isEqualTo(Duration.ofMillis(40 * 250));
    assertThat(credentials.held()).isNotEqualTo(held);
  }

  @Test
  void theSameTokenAgainIsNoAnswerToARefusal() {
    StoreAccess access = access(Bench.CLIENT, HOUR, root.id());
    credentials.lent(access);
    bench.drive().auth().expireAccess();
    time.onWaking(sleep -> credentials.lent(access));
    assertFails(Kind.UNREACHABLE, () -> lent.createFolder("job/lent"));
    assertThat(credentials.isRefused()).isTrue();
  }

  @Test
  void accessIsNotUsedBeyondItsTime() throws Exception {
    credentials.lent(access(Bench.CLIENT, Duration.ofMinutes(10), root.id()));
    upload();
    bench.time().pass(Duration.ofMinutes(10));
    time.onWaking(sleep -> lend());
    lent.createFolder("job/later");
    assertThat(time.slept()).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void whenNothingIsLentTheTransferEndsInTheEndAndSaysWhatToDo() {
    assertThat(assertFails(Kind.UNREACHABLE, () -> lent.createFolder("job/lent")))
        .hasMessageContaining("baton drive login");
    assertThat(time.slept()).isEqualTo(LentCredentials.PATIENCE);
    assertThat(bench.drive().count(Operation.CREATE)).as("job, checkpoint, root").isEqualTo(3);
  }

  @Test
  void withoutAnotherTokenAnUploadEndsTypedAndNothingIsVisible() throws Exception {
    lend();
    lent.createFolder("job/lent");
    endAccessAtChunk(2);
    assertThat(
            assertFails(
                Kind.UNREACHABLE,
                () -> lent.put("job/lent", Files.write(local.resolve(NAME), bytes), UNWATCHED)))
        .hasMessageContaining("lends no access")
        .hasMessageNotContaining("secret-");
    assertThat(visible()).isEmpty();
  }

  @Test
  void accessToAnotherStoreThanItSaysIsRefusedBeforeAnyUpload() {
    credentials.lent(access(Bench.CLIENT, HOUR, new StoreId("another")));
    assertThat(assertFails(Kind.UNREACHABLE, () -> lent.createFolder("job/lent")))
        .hasMessageContaining("another")
        .hasMessageContaining(root.id().value());
    assertThat(bench.drive().uploadsBegun()).isZero();
  }

  @Test
  void accessOfAnotherClientIsRefusedBeforeAnyUpload() {
    credentials.lent(access("other-client", HOUR, root.id()));
    assertThat(assertFails(Kind.UNREACHABLE, () -> lent.createFolder("job/lent")))
        .hasMessageContaining("OAuth client that made it");
    assertThat(bench.drive().uploadsBegun()).isZero();
  }

  @Test
  void beforeTheFirstLeaseItIsNoStoreYet() {
    assertThatThrownBy(lent::id).isInstanceOf(IllegalStateException.class);
    assertThat(credentials.held()).isEqualTo(Sha256.ofText(""));
  }

  @Test
  void itsTextsTellNoToken() {
    lend();
    assertThat(credentials + " " + credentials.newest()).doesNotContain("secret-");
  }
}
