package baton.storage.drive.fake;

import static baton.storage.drive.fake.RawCalls.json;
import static baton.storage.drive.fake.RawCalls.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeDriveUploadTest {
  private static final int BLOCK = 256 * 1024;
  private static final String FILE = "{\"name\":\"f\"}";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final byte[] bytes = new byte[3 * BLOCK + 17];
  private FakeDrive drive;
  private RawCalls calls;

  @BeforeEach
  void start() throws IOException {
    new Random(7).nextBytes(bytes);
    drive = FakeDrive.start(folder, 0, clock);
    calls = new RawCalls(drive.base(), drive.auth().accessToken("c", "a@b.c", FakeAuth.DRIVE_FILE));
  }

  @AfterEach
  void stop() throws IOException {
    drive.close();
  }

  @Test
  void theSessionsAddressIsAbsoluteAndOnTheSameHost() throws Exception {
    assertThat(calls.session(FILE, 10).toString()).startsWith(drive.base().toString());
  }

  @Test
  void chunksAreAnsweredWithARangeAndTheLastWithTheFile() throws Exception {
    URI session = calls.session(FILE, bytes.length);

    HttpResponse<byte[]> first = calls.chunk(session, bytes, 0, 2 * BLOCK);
    assertThat(first.statusCode()).isEqualTo(308);
    assertThat(first.body()).isEmpty();
    assertThat(first.headers().firstValue("Range")).contains("bytes=0-" + (2 * BLOCK - 1));

    HttpResponse<byte[]> last = calls.chunk(session, bytes, 2 * BLOCK, bytes.length);
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(json(last).get("size").isTextual()).isTrue();
    assertThat(json(last).get("size").asText()).isEqualTo(Integer.toString(bytes.length));
    assertThat(json(last).get("sha256Checksum").asText()).isEqualTo(hash("SHA-256"));
    assertThat(json(last).get("md5Checksum").asText()).isEqualTo(hash("MD5"));
  }

  private String hash(String algorithm) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
  }

  @Test
  void withNothingStoredTheStatusHasNoRange() throws Exception {
    HttpResponse<byte[]> status = calls.status(calls.session(FILE, bytes.length), bytes.length);
    assertThat(status.statusCode()).isEqualTo(308);
    assertThat(status.body()).isEmpty();
    assertThat(status.headers().firstValue("Range")).isEmpty();
  }

  @Test
  void theStatusOfAFinishedUploadIsTheFile() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    HttpResponse<byte[]> done = calls.chunk(session, bytes, 0, bytes.length);
    HttpResponse<byte[]> status = calls.status(session, bytes.length);
    assertThat(status.statusCode()).isEqualTo(200);
    assertThat(json(status)).isEqualTo(json(done));
  }

  @Test
  void aChunkThatIsNoMultipleOf256KibIsRefused() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    assertThat(reason(calls.chunk(session, bytes, 0, BLOCK + 1))).isEqualTo("400 invalid");
    assertThat(reason(calls.chunk(session, bytes, BLOCK, 2 * BLOCK))).isEqualTo("400 invalid");
  }

  @Test
  void anEmptyFileIsDoneWithAnEmptyRequest() throws Exception {
    assertThat(drive.files().byId(calls.upload(FILE, new byte[0])).orElseThrow().size()).isZero();
  }

  @Test
  void anEmptyFileThatWasOnlyAskedForIsNotThereYet() throws Exception {
    URI session = calls.session(FILE, 0);
    assertThat(calls.status(session, 0).statusCode()).isEqualTo(308);
    assertThat(drive.files().all()).isEmpty();
  }

  @Test
  void anUploadNeedsNoTokenButItsAddress() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    RawCalls stranger = new RawCalls(drive.base(), "");
    assertThat(stranger.chunk(session, bytes, 0, bytes.length).statusCode()).isEqualTo(200);
  }

  @Test
  void aForgottenSessionIs404() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    drive.forgetSessions();
    assertThat(reason(calls.status(session, bytes.length))).isEqualTo("404 notFound");
  }

  @Test
  void anIdThatIsTakenIs409AndOneOfNobodyIs400() throws Exception {
    String id = calls.newId();
    String file = "{\"name\":\"f\",\"id\":\"" + id + "\"}";
    assertThat(calls.upload(file, bytes)).isEqualTo(id);
    assertThat(reason(calls.start(file, 1))).isEqualTo("409 fileIdInUse");
    assertThat(reason(calls.start("{\"id\":\"mine\"}", 1))).isEqualTo("400 invalid");
  }

  @Test
  void aCutChunkKeepsWholeBlocksAndShowsNoFile() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    drive.faults().next(Operation.CHUNK, new Action.CutRequest(BLOCK + 1_000));
    assertThatThrownBy(() -> calls.chunk(session, bytes, 0, bytes.length))
        .isInstanceOf(IOException.class);

    HttpResponse<byte[]> status = calls.status(session, bytes.length);
    assertThat(status.headers().firstValue("Range")).contains("bytes=0-" + (BLOCK - 1));
    assertThat(drive.files().all()).isEmpty();
    assertThat(calls.chunk(session, bytes, BLOCK, bytes.length).statusCode()).isEqualTo(200);
  }

  @Test
  void aLostReplyHasDoneItsWork() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    drive.faults().next(Operation.CHUNK, new Action.LoseReply());
    assertThatThrownBy(() -> calls.chunk(session, bytes, 0, bytes.length))
        .isInstanceOf(IOException.class);
    assertThat(drive.files().named("f")).hasSize(1);
  }

  @Test
  void rulesRefuseTheNthRequestWithTheirReason() throws Exception {
    FaultScript.load("# bad days\n\nchunk 2 refuse 403 userRateLimitExceeded\n", drive.faults());
    URI session = calls.session(FILE, bytes.length);
    calls.chunk(session, bytes, 0, BLOCK);
    assertThat(reason(calls.chunk(session, bytes, BLOCK, 2 * BLOCK)))
        .isEqualTo("403 userRateLimitExceeded");
    assertThat(calls.chunk(session, bytes, BLOCK, 2 * BLOCK).statusCode()).isEqualTo(308);
  }

  @Test
  void aRuleOfNoKnownFormIsNamedByItsLine() {
    assertThatThrownBy(() -> FaultScript.load("chunk 1 lose-reply\nchunk x", drive.faults()))
        .hasMessage("line 2 of the faults is no rule: chunk x");
  }

  @Test
  void noProgressIsA308ThatKeepsNothing() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    drive.faults().next(Operation.CHUNK, new Action.NoProgress());
    HttpResponse<byte[]> answer = calls.chunk(session, bytes, 0, BLOCK);
    assertThat(answer.statusCode()).isEqualTo(308);
    assertThat(answer.headers().firstValue("Range")).isEmpty();
  }

  @Test
  void aFullDriveRefusesBeforeAndAtTheEnd() throws Exception {
    URI session = calls.session(FILE, bytes.length);
    drive.quota().limit(bytes.length - 1);
    assertThat(reason(calls.start(FILE, bytes.length))).isEqualTo("403 storageQuotaExceeded");
    assertThat(reason(calls.chunk(session, bytes, 0, bytes.length)))
        .isEqualTo("403 storageQuotaExceeded");
    assertThat(drive.files().all()).isEmpty();
  }

  @Test
  void aBodyMayBeGzipped() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"name\":\"packed\"}".getBytes(StandardCharsets.UTF_8));
    }
    HttpResponse<byte[]> started =
        calls.call(
            "POST",
            drive.base().resolve("upload/drive/v3/files?uploadType=resumable"),
            packed.toByteArray(),
            "Content-Encoding",
            "gzip",
            "X-Upload-Content-Length",
            "0");
    URI session = URI.create(started.headers().firstValue("Location").orElseThrow());
    calls.call("PUT", session, new byte[0]);
    assertThat(drive.files().named("packed")).hasSize(1);
  }

  @Test
  void twoFilesMayHaveOneName() throws Exception {
    calls.upload(FILE, bytes);
    calls.upload(FILE, bytes);
    assertThat(drive.files().named("f")).hasSize(2);
  }
}
