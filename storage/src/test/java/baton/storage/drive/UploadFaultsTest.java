package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad days of an upload: it ends whole and once, or with a typed error and nothing to see. */
class UploadFaultsTest extends DriveStory {

  @ParameterizedTest
  @CsvSource({
    "403, userRateLimitExceeded",
    "403, rateLimitExceeded",
    "429, tooManyRequests",
    "500, internalError",
    "502, badGateway",
    "503, backendError"
  })
  void whatPassesIsWaitedFor(int status, String reason) throws Exception {
    for (Operation operation :
        List.of(Operation.GENERATE_IDS, Operation.START_UPLOAD, Operation.CHUNK)) {
      faults().from(operation, 1, 2, new Action.Refuse(status, reason));
    }
    Duration before = bench.time().now();
    assertUploadedOnce(put());
    assertThat(bench.time().now().minus(before))
        .isBetween(Duration.ofSeconds(4), Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aDroppedConnectionAtAnyTenthOfTheFileCostsNoByteThatWasStored(int tenth) throws Exception {
    DriveStore oneChunk = oneChunkStore();
    faults().next(Operation.CHUNK, new Action.CutRequest((long) SIZE * tenth / 10));

    Path file = Files.write(local.resolve(NAME), bytes);
    assertUploadedOnce(oneChunk.put(FOLDER, file, UNWATCHED));
    assertThat(bench.drive().uploadsBegun()).isOne();
  }

  private DriveStore oneChunkStore() throws StoreException {
    DriveSetup setup = bench.setup();
    DriveSetup large =
        new DriveSetup(setup.connection(), DrivePolicy.standard(), setup.time(), setup.random());
    return new DriveStore(large, DriveRoot.find(large).orElseThrow());
  }

  @Test
  void aTokenThatEndsInTheMiddleOfAChunkIsReplaced() throws Exception {
    faults().nth(Operation.CHUNK, 3, new Action.First(() -> bench.drive().auth().expireAccess()));
    assertUploadedOnce(put());
    assertThat(bench.drive().uploadsBegun()).isOne();
    assertThat(bench.drive().count(Operation.CHUNK)).isEqualTo(7);
  }

  @Test
  void anAnswerWithoutProgressEndsInANewSessionAndNotInALoop() throws Exception {
    faults().from(Operation.CHUNK, 2, 5, new Action.NoProgress());
    assertUploadedOnce(put());
    assertThat(bench.drive().uploadsBegun()).isEqualTo(2);
  }

  @Test
  void noProgressForeverIsGivenUp() {
    faults().always(Operation.CHUNK, new Action.NoProgress());
    assertFails(Kind.UNREACHABLE, this::put);
    assertThat(bench.drive().count(Operation.CHUNK)).isLessThan(10);
    assertThat(visible()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"CHUNK", "UPLOAD_STATUS"})
  void aSessionThatIsGoneIsBegunAgain(Operation when) throws Exception {
    faults().nth(Operation.CHUNK, 2, new Action.CutRequest(10));
    faults().nth(when, when == Operation.CHUNK ? 4 : 1, new Action.ForgetSessions());
    assertUploadedOnce(put());
    assertThat(bench.drive().uploadsBegun()).isEqualTo(2);
  }

  @Test
  void aReplyLostAfterTheLastByteIsFoundByAsking() throws Exception {
    faults().nth(Operation.CHUNK, 6, new Action.LoseReply());
    assertUploadedOnce(put());
    assertThat(bench.drive().uploadsBegun()).isOne();
  }

  @Test
  void aDriveThatHesitatesAtTheEndIsAskedAgain() throws Exception {
    faults().nth(Operation.CHUNK, 6, new Action.Hesitate());
    faults().from(Operation.UPLOAD_STATUS, 1, 2, new Action.Hesitate());
    assertUploadedOnce(put());
    assertThat(bench.drive().count(Operation.UPLOAD_STATUS)).isEqualTo(3);
  }

  @Test
  void aDriveThatHesitatesOverAnEmptyFileIsAskedInANewSession() throws Exception {
    bytes = new byte[0];
    faults().always(Operation.UPLOAD_STATUS, new Action.Hesitate());
    assertUploadedOnce(put());
  }

  @Test
  void aReplyLostTogetherWithItsSessionIsFoundByTheId() throws Exception {
    faults().nth(Operation.CHUNK, 6, new Action.LoseReply());
    faults().next(Operation.UPLOAD_STATUS, new Action.ForgetSessions());
    assertUploadedOnce(put());
    assertThat(bench.drive().count(Operation.GET)).isOne();
  }

  @Test
  void aLostReplyToTheStartLeavesNoSecondFile() throws Exception {
    faults().next(Operation.START_UPLOAD, new Action.LoseReply());
    assertUploadedOnce(put());
  }

  @Test
  void aWrongSha256InTheReplyIsAskedForAgain() throws Exception {
    faults().nth(Operation.CHUNK, 6, new Action.WrongSha256());
    put();
    assertThat(bench.drive().count(Operation.GET)).isOne();
  }

  @Test
  void otherBytesOnDriveAreAnErrorAndNotACheckpoint() {
    faults().always(Operation.CHUNK, new Action.WrongSha256());
    faults().always(Operation.GET, new Action.WrongSha256());
    assertThat(assertFails(Kind.UNREACHABLE, this::put)).hasMessageContaining("other bytes");
  }

  @Test
  void aFullDriveIsSaidBeforeAByteIsSent() {
    bench.drive().quota().limit(SIZE - 1);
    assertThat(assertFails(Kind.FULL, this::put)).hasMessageContaining("make room");
    assertThat(bench.drive().count(Operation.CHUNK)).isZero();
  }

  @Test
  void aDriveThatFillsUpMeanwhileLeavesNothingVisible() {
    faults().nth(Operation.CHUNK, 3, new Action.First(() -> bench.drive().quota().limit(SIZE - 1)));
    assertFails(Kind.FULL, this::put);
    assertThat(visible()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "quotaExceeded, FULL, make room",
    "numChildrenInNonRootLimitExceeded, FULL, another folder",
    "dailyLimitExceeded, UNREACHABLE, tomorrow",
    "insufficientPermissions, UNREACHABLE, consent",
    "appNotAuthorizedToFile, UNREACHABLE, OAuth client",
    "accessNotConfigured, UNREACHABLE, enable it"
  })
  void whatDoesNotPassIsToldAtOnceWithItsRemedy(String reason, Kind kind, String remedy) {
    Duration before = bench.time().now();
    faults().nth(Operation.CHUNK, 2, new Action.Refuse(403, reason));
    assertThat(assertFails(kind, this::put))
        .hasMessageContaining(reason)
        .hasMessageContaining(remedy);
    assertThat(bench.time().now()).isEqualTo(before);
    assertThat(visible()).isEmpty();
  }

  @Test
  void aRevokedGrantIsTold() {
    faults()
        .nth(Operation.CHUNK, 3, new Action.First(() -> bench.drive().auth().revoke(Bench.CLIENT)));
    assertThat(assertFails(Kind.UNREACHABLE, this::put)).hasMessageContaining("sign in");
    assertThat(visible()).isEmpty();
  }

  @Test
  void aFolderThatTheUserDeletedIsGoneAndTheNextSaveMakesItsOwn() throws Exception {
    String folder = folderId("job");
    faults().nth(Operation.CHUNK, 3, new Action.First(() -> bench.drive().files().delete(folder)));
    assertFails(Kind.GONE, this::put);
    assertThat(visible()).isEmpty();

    store.createFolder("job/next");
    store.put("job/next", local.resolve(NAME), UNWATCHED);
    assertThat(visible()).hasSize(1);
  }

  private String folderId(String name) {
    return bench.drive().files().all().stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void aFolderThatTheUserPutIntoTheTrashHoldsNoCheckpoint() {
    String folder = folderId("job");
    faults().nth(Operation.CHUNK, 3, new Action.First(() -> bench.drive().files().trash(folder)));
    assertThat(assertFails(Kind.GONE, this::put)).hasMessageContaining("leave the store's folder");
  }

  @Test
  void aSessionThatCrawlsIsReplaced() throws Exception {
    for (int i = 0; i < 3; i++) {
      store.put(FOLDER, Files.write(local.resolve("quick-" + i), bytes), n -> pass(10));
    }
    int before = bench.drive().uploadsBegun();
    Path file = Files.write(local.resolve(NAME), bytes);
    FileEntry entry =
        store.put(
            FOLDER, file, n -> pass(bench.drive().uploadsBegun() == before + 1 ? 20_000 : 10));
    assertUploadedOnce(entry);
    assertThat(bench.drive().uploadsBegun()).isEqualTo(before + 2);
  }

  @Test
  void aLinkThatHasBecomeSlowForEverySessionIsBorne() throws Exception {
    for (int i = 0; i < 3; i++) {
      store.put(FOLDER, Files.write(local.resolve("quick-" + i), bytes), n -> pass(10));
    }
    Path file = Files.write(local.resolve(NAME), bytes);
    assertUploadedOnce(store.put(FOLDER, file, n -> pass(20_000)));
    assertThat(bench.drive().uploadsBegun()).isLessThanOrEqualTo(3 + 3);
  }

  private void pass(long millis) {
    bench.time().pass(Duration.ofMillis(millis));
  }

  @Test
  void aLinkThatIsTooSlowForTheFileIsGivenUp() {
    Path file = local.resolve(NAME);
    StoreException failure =
        assertFails(
            Kind.UNREACHABLE,
            () -> store.put(FOLDER, Files.write(file, bytes), n -> pass(300_000)));
    assertThat(failure).hasMessageContaining("too slow");
    assertThat(visible()).isEmpty();
  }

  @Test
  void outOfReachForGoodIsToldAfterSomeAttempts() {
    faults().always(Operation.START_UPLOAD, new Action.LoseReply());
    assertThat(assertFails(Kind.UNREACHABLE, this::put)).hasMessageContaining("in 8 attempts");
  }

  @Test
  void anAbandonedUploadLeavesNothingVisible() throws Exception {
    Path file = Files.write(local.resolve(NAME), bytes);
    assertThatThrownBy(
            () ->
                store.put(
                    FOLDER,
                    file,
                    n -> {
                      throw new CancellationException("told to stop");
                    }))
        .isInstanceOf(CancellationException.class);
    assertThat(visible()).isEmpty();
  }

  @Test
  void aFileThatShrinksMeanwhileIsTheLocalDisksFault() throws Exception {
    Path file = Files.write(local.resolve(NAME), bytes);
    assertThatThrownBy(() -> store.put(FOLDER, file, n -> cutShort(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shorter");
    assertThat(visible()).isEmpty();
  }

  private static void cutShort(Path file) {
    try {
      Files.write(file, new byte[10]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void severalFilesGoUpAtOnce() throws Exception {
    faults().from(Operation.CHUNK, 3, 6, new Action.Refuse(503, "backendError"));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<FileEntry>> entries = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Path file = Files.write(local.resolve("part-" + i), bytes);
        entries.add(threads.submit(() -> store.put(FOLDER, file, UNWATCHED)));
      }
      for (Future<FileEntry> entry : entries) {
        assertThat(get(entry.get())).isEqualTo(bytes);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
