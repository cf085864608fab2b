package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad days of a download: it goes on where it broke off, or ends with a typed error. */
class DownloadFaultsTest extends DriveStory {
  private FileEntry entry;

  @BeforeEach
  void upload() throws Exception {
    entry = put();
  }

  @Test
  void rangesAreReadSideBySideAndTellEveryByteOnce() throws Exception {
    AtomicLong moved = new AtomicLong();
    store.get(entry.storeId(), local.resolve("copy"), moved::addAndGet);
    assertThat(moved).hasValue(SIZE);
    assertThat(bench.drive().count(Operation.DOWNLOAD)).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aTruncatedAnswerIsGoneOnWith(int tenth) throws Exception {
    faults().from(Operation.DOWNLOAD, 2, 2, new Action.CutReply(30_000L * tenth));
    assertThat(get(entry)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "403, userRateLimitExceeded",
    "429, rateLimitExceeded",
    "500, internalError",
    "503, backendError"
  })
  void whatPassesIsWaitedFor(int status, String reason) throws Exception {
    faults().from(Operation.GET, 1, 2, new Action.Refuse(status, reason));
    faults().from(Operation.DOWNLOAD, 1, 3, new Action.Refuse(status, reason));
    assertThat(get(entry)).isEqualTo(bytes);
  }

  @Test
  void aTokenThatEndsMeanwhileIsReplaced() throws Exception {
    faults()
        .nth(Operation.DOWNLOAD, 2, new Action.First(() -> bench.drive().auth().expireAccess()));
    assertThat(get(entry)).isEqualTo(bytes);
  }

  @Test
  void anAnswerThatIgnoresTheRangeIsNotWrittenToTheWrongPlace() throws Exception {
    faults().from(Operation.DOWNLOAD, 2, 3, new Action.IgnoreRange());
    assertThat(get(entry)).isEqualTo(bytes);
  }

  @Test
  void bytesAreNotJudgedHere() throws Exception {
    faults().next(Operation.DOWNLOAD, new Action.FlipBit());
    assertThat(get(entry)).hasSize(SIZE).isNotEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "downloadQuotaExceeded, UNREACHABLE, tomorrow",
    "cannotDownloadAbusiveFile, UNREACHABLE, may not",
    "appNotAuthorizedToFile, UNREACHABLE, OAuth client"
  })
  void whatDoesNotPassIsTold(String reason, Kind kind, String remedy) {
    faults().nth(Operation.DOWNLOAD, 2, new Action.Refuse(403, reason));
    assertThat(assertFails(kind, () -> get(entry))).hasMessageContaining(remedy);
  }

  @Test
  void aFileThatIsDeletedMeanwhileIsGoneAndNotCorrupt() {
    faults()
        .nth(
            Operation.DOWNLOAD,
            2,
            new Action.First(() -> bench.drive().files().delete(entry.storeId())));
    assertFails(Kind.GONE, () -> get(entry));
  }

  @Test
  void aFileInTheTrashIsStillRescued() throws Exception {
    bench.drive().files().trash(entry.storeId());
    assertThat(get(entry)).isEqualTo(bytes);
  }

  @Test
  void noAnswerForeverIsGivenUp() {
    faults().always(Operation.DOWNLOAD, new Action.LoseReply());
    assertThat(assertFails(Kind.UNREACHABLE, () -> get(entry)))
        .hasMessageContaining("in 8 attempts");
  }

  @Test
  void anAbandonedDownloadEnds() {
    Path copy = local.resolve("copy");
    assertThatThrownBy(
            () ->
                store.get(
                    entry.storeId(),
                    copy,
                    n -> {
                      throw new CancellationException("told to stop");
                    }))
        .isInstanceOf(CancellationException.class);
  }
}
