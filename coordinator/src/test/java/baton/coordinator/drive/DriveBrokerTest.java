package baton.coordinator.drive;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.relay.Broker.Account;
import baton.protocol.Ask;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.storage.drive.Bench;
import baton.storage.drive.LentDriveStore;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.DriveLogout;
import baton.storage.drive.oauth.LentCredentials;
import baton.storage.drive.transfer.DrivePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a coordinator lends, over an hour and over bad days; time moves when it is told to. */
class DriveBrokerTest {
  private static final String CLIENT = "own-client";
  private static final String ALICE = "alice@example.com";

  @TempDir Path remote;
  @TempDir Path data;
  private Bench bench;
  private ConsentFile file;
  private DriveBroker broker;
  private int folders;

  @BeforeEach
  void start() throws IOException {
    bench = new Bench(remote, 1);
    file = new ConsentFile(data);
    broker = new DriveBroker(file, bench.time(), new Random(1));
    broker.step();
  }

  @AfterEach
  void stop() throws IOException {
    bench.close();
  }

  private DriveAccount signIn() throws Exception {
    DriveAccount account = bench.signIn(file, CLIENT, ALICE);
    broker.step();
    return account;
  }

  private static Sha256 hash(StoreAccess access) {
    return Sha256.ofText(access.token());
  }

  private static Ask ask() {
    return Ask.of(
            Sha256.ofText("s"),
            new SessionId("s"),
            "anna",
            Set.of("digits"),
            Set.of(new StoreId("own")),
            "cpu")
        .reading(Manifest.FORMAT);
  }

  @Test
  void beforeASignInNothingIsLentAndItSaysWhatToDo() {
    assertThat(broker.account()).isEmpty();
    assertThat(broker.lend(new StoreId("any"))).isEmpty();
    assertThat(broker.admit(ask())).isEqualTo(ask());
    assertThat(broker.whyNot())
        .hasValueSatisfying(why -> assertThat(why).contains("baton drive login"));
  }

  @Test
  void aSignInIsSeenWithoutARestart() throws Exception {
    DriveAccount account = signIn();
    StoreAccess access = broker.lend(account.store()).orElseThrow();

    assertThat(access.identity()).isEqualTo(ALICE);
    assertThat(access.client()).isEqualTo(CLIENT);
    assertThat(access.folder()).isEqualTo(account.folder());
    assertThat(access.expiresIn()).isBetween(Duration.ofMinutes(58), Duration.ofHours(1));
    assertThat(broker.whyNot()).isEmpty();
    assertThat(works(access)).isTrue();
  }

  /** Whether a worker that is lent this could save. */
  private boolean works(StoreAccess access) throws Exception {
    LentCredentials credentials = new LentCredentials(bench.time());
    credentials.lent(access);
    new LentDriveStore(
            credentials, bench.drive().base(), DrivePolicy.standard(), bench.time(), new Random(1))
        .createFolder("job-" + ++folders);
    return true;
  }

  @Test
  void theStoreThatIsLentCountsAsReadByWhoBorrowsIt() throws Exception {
    DriveAccount account = signIn();
    assertThat(broker.admit(ask()).stores())
        .containsExactlyInAnyOrder(new StoreId("own"), account.store());
  }

  @Test
  void whatIsLentIsNotTheConsent() throws Exception {
    DriveAccount account = signIn();
    String refreshToken = file.consent().orElseThrow().refreshToken();
    assertThat(broker.lend(account.store()).orElseThrow().token()).isNotEqualTo(refreshToken);
    assertThat(broker.lend(account.store()).toString()).doesNotContain("secret-");
  }

  @Test
  void accessToAnotherStoreIsNotLent() throws Exception {
    signIn();
    assertThat(broker.lend(new StoreId("another"))).isEmpty();
  }

  @Test
  void whatIsLentLastsAQuarterOfAnHourAtLeastWhateverTheTime() throws Exception {
    DriveAccount account = signIn();
    StoreAccess first = broker.lend(account.store()).orElseThrow();
    for (int minute = 0; minute < 150; minute++) {
      bench.time().pass(Duration.ofMinutes(1));
      broker.step();
      StoreAccess access = broker.lend(account.store()).orElseThrow();
      assertThat(access.expiresIn()).isGreaterThanOrEqualTo(Duration.ofMinutes(14));
      assertThat(works(access)).isTrue();
    }
    assertThat(hash(broker.lend(account.store()).orElseThrow())).isNotEqualTo(hash(first));
    assertThat(bench.drive().count(Operation.TOKEN)).isLessThan(40);
  }

  @Test
  void refusedAccessIsLentNoMoreAndReplacedSoon() throws Exception {
    DriveAccount account = signIn();
    StoreAccess first = broker.lend(account.store()).orElseThrow();
    bench.drive().auth().expireAccess();

    broker.refused(hash(first));
    assertThat(broker.lend(account.store())).isEmpty();
    bench.time().pass(Duration.ofSeconds(2));
    broker.step();
    StoreAccess second = broker.lend(account.store()).orElseThrow();
    assertThat(works(second)).isTrue();
  }

  @Test
  void aRefusalOfWhatWasReplacedAlreadyCostsNothing() throws Exception {
    DriveAccount account = signIn();
    StoreAccess first = broker.lend(account.store()).orElseThrow();
    broker.refused(hash(first));
    bench.time().pass(Duration.ofSeconds(2));
    broker.step();
    long asked = bench.drive().count(Operation.TOKEN);

    broker.refused(hash(first));
    bench.time().pass(Duration.ofSeconds(2));
    broker.step();
    assertThat(bench.drive().count(Operation.TOKEN)).isEqualTo(asked);
    assertThat(broker.lend(account.store())).isPresent();
  }

  @Test
  void aConsentThatWasTakenBackIsSaidAndTheNextSignInLendsAgain() throws Exception {
    DriveAccount account = signIn();
    StoreAccess last = broker.lend(account.store()).orElseThrow();
    bench.drive().auth().revoke(CLIENT);
    broker.refused(hash(last));
    bench.time().pass(Duration.ofSeconds(2));
    broker.step();

    assertThat(broker.lend(account.store())).isEmpty();
    assertThat(broker.admit(ask())).isEqualTo(ask());
    Account told = broker.account().orElseThrow();
    assertThat(told.lends()).isFalse();
    assertThat(told.notice())
        .isEqualTo(broker.whyNot())
        .hasValueSatisfying(why -> assertThat(why).contains(ALICE, "7 days", "baton drive login"));

    assertThat(signIn()).isEqualTo(account);
    assertThat(works(broker.lend(account.store()).orElseThrow())).isTrue();
    assertThat(broker.account().orElseThrow().notice()).isEmpty();
  }

  @Test
  void aRevocationIsNoticedWithinMinutesThoughNoWorkerSaysSo() throws Exception {
    DriveAccount account = signIn();
    bench.drive().auth().revoke(CLIENT);
    for (int second = 0; second < 310; second++) {
      bench.time().pass(Duration.ofSeconds(1));
      broker.step();
    }
    assertThat(broker.lend(account.store())).isEmpty();
    assertThat(broker.whyNot()).isPresent();
  }

  @Test
  void whileGoogleIsSilentWhatIsThereIsLentToItsEnd() throws Exception {
    DriveAccount account = signIn();
    bench.drive().faults().always(Operation.TOKEN, new Action.Refuse(503, "backendError"));
    bench.time().pass(Duration.ofMinutes(50));
    broker.step();
    assertThat(broker.lend(account.store())).isPresent();
    assertThat(broker.account().orElseThrow().notice())
        .hasValueSatisfying(why -> assertThat(why).contains("no answer"));
    bench.time().pass(Duration.ofMinutes(10));
    assertThat(broker.lend(account.store())).isEmpty();
  }

  @Test
  void afterASignOutNothingIsLentAndTheStoreIsStillKnown() throws Exception {
    DriveAccount account = signIn();
    DriveLogout.run(file);
    broker.step();
    assertThat(broker.lend(account.store())).isEmpty();
    assertThat(broker.account().map(Account::store)).contains(account.store());
    assertThat(broker.whyNot())
        .hasValueSatisfying(why -> assertThat(why).contains(ALICE, "baton drive login"));
  }

  @Test
  void aDamagedFileIsSaidAndNotLentFrom() throws Exception {
    DriveAccount account = signIn();
    Files.writeString(file.path(), "{");
    broker.step();
    assertThat(broker.lend(account.store())).isEmpty();
    assertThat(broker.whyNot()).hasValueSatisfying(why -> assertThat(why).contains("is damaged"));
  }

  @Test
  void theSpaceIsReadOnceInFiveMinutes() throws Exception {
    bench.drive().quota().limit(15_000_000_000L);
    signIn();
    long asked = bench.drive().count(Operation.ABOUT);
    for (int second = 0; second < 290; second++) {
      bench.time().pass(Duration.ofSeconds(1));
      broker.step();
      assertThat(broker.account().orElseThrow().limit()).hasValue(15_000_000_000L);
    }
    assertThat(bench.drive().count(Operation.ABOUT)).isEqualTo(asked);
    bench.time().pass(Duration.ofSeconds(20));
    broker.step();
    assertThat(bench.drive().count(Operation.ABOUT)).isEqualTo(asked + 1);
  }
}
