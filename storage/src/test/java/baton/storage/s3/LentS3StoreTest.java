package baton.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.LentUrl;
import baton.protocol.LentUrls;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.ChangedFileException;
import baton.storage.HashedFile;
import baton.storage.StoreTime;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker without keys, on a real server: every address is made by the bucket's owner. */
class LentS3StoreTest {
  private static final StoreId ID = new StoreId("store-1");
  private static final String FOLDER = "job/20260101-000000Z-e1-b0-f1-s1";
  private static final LongConsumer UNWATCHED = moved -> {};

  @TempDir private Path local;
  private final Bucket bucket = new Bucket();
  private final List<UrlAsk> asked = new ArrayList<>();
  private final List<Duration> slept = new ArrayList<>();
  private final LentS3Store store = new LentS3Store(this::lend, new Sleepless(), 5L << 30);

  private final class Sleepless implements StoreTime {
    @Override
    public Duration now() {
      return Duration.ZERO;
    }

    @Override
    public void sleep(Duration pause) {
      slept.add(pause);
    }
  }

  private LentUrls lend(List<UrlAsk> asks) throws StoreException {
    asked.addAll(asks);
    List<LentUrl> urls = new ArrayList<>();
    for (UrlAsk ask : asks) {
      urls.add(bucket.signer().sign(ask));
    }
    return new LentUrls(ID, urls);
  }

  @BeforeEach
  void aStore() throws Exception {
    S3Store.open(bucket.objects(), () -> ID);
  }

  private HashedFile file(String name, byte[] bytes) throws IOException {
    return HashedFile.of(Files.write(local.resolve(name), bytes));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatItPutsIsReadByWhoHasKeysAndTheOtherWayRound() throws Exception {
    byte[] bytes = random(3_000_001);
    AtomicLong moved = new AtomicLong();
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, file("model", bytes), moved::addAndGet);
    FileEntry empty = store.put(FOLDER, file("empty", new byte[0]), UNWATCHED);

    assertThat(moved).hasValue(bytes.length);
    S3Store owner = S3Store.find(bucket.objects());
    assertThat(owner.holds(entry)).isTrue();
    assertThat(owner.digest(entry.storeId())).isEqualTo(Sha256.of(bytes));
    assertThat(store.id()).isEqualTo(ID);
    assertThat(store.holds(entry)).isTrue();
    assertThat(store.find(FOLDER + "/none")).isEmpty();
    assertThat(store.locate(FOLDER, "model")).isEqualTo(entry.storeId());
    assertThat(store.now())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));

    moved.set(0);
    Path copy = local.resolve("copy");
    assertThat(store.get(entry.storeId(), copy, moved::addAndGet)).isEqualTo(Sha256.of(bytes));
    assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
    assertThat(moved).hasValue(bytes.length);
    assertThat(store.read(entry.storeId(), 10)).hasSize(10);
    assertThat(store.get(empty.storeId(), copy, UNWATCHED)).isEqualTo(Sha256.of(new byte[0]));
    assertThat(slept).isEmpty();
  }

  @Test
  void nothingIsOverwrittenAndWhatIsTheSameIsNoError() throws Exception {
    store.createFolder(FOLDER);
    store.put(FOLDER, file("f", random(1_000)), UNWATCHED);
    assertKind(Kind.EXISTS, () -> store.createFolder(FOLDER));
    assertKind(Kind.EXISTS, () -> store.put(FOLDER, file("f", random(1_001)), UNWATCHED));
    // A lost answer looks the same: the bytes are there, and they are ours.
    assertThat(store.put(FOLDER, file("f", random(1_000)), UNWATCHED).size()).isEqualTo(1_000);
  }

  @Test
  void anAddressBearsItsConditionsAndNoSecretAndIsSoonOver() throws Exception {
    UrlAsk put = UrlAsk.put("job/f", 3, Sha256.ofText("abc"));
    LentUrl url = lend(List.of(put)).urls().get(0);
    assertThat(url.address().getQuery())
        .contains("if-none-match", "x-amz-checksum-sha256", "X-Amz-Expires=300")
        .doesNotContain(Bucket.SECRET);
    assertThat(url.headers()).containsEntry("if-none-match", "*");
    assertThat(url.toString()).doesNotContain("http");
    assertThat(new LentUrls(ID, List.of(url)).toString()).doesNotContain("http");
  }

  @Test
  void aFileThatHasChangedSinceItWasHashedIsNoFaultOfTheStore() throws Exception {
    store.createFolder(FOLDER);
    HashedFile file = file("f", random(300_000));
    byte[] other = random(300_000);
    other[7] ^= 1;
    file("f", other);
    assertThatThrownBy(() -> store.put(FOLDER, file, UNWATCHED))
        .isInstanceOf(ChangedFileException.class);
  }

  @Test
  void whatNoAddressTakesIsToldBeforeAByteIsSent() throws Exception {
    LentS3Store small = new LentS3Store(this::lend, new Sleepless(), 1_000);
    assertThatThrownBy(() -> small.put(FOLDER, file("f", random(1_001)), UNWATCHED))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("1,000 at most")
        .hasMessageContaining("keys of its own");
    assertThat(asked).isEmpty();
  }

  @Test
  void aBucketThatHoldsAnotherStoreIsRefusedBeforeAByteMoves() throws Exception {
    LentS3Store lied =
        new LentS3Store(
            asks -> new LentUrls(new StoreId("another"), lend(asks).urls()),
            new Sleepless(),
            1_000);
    assertKind(Kind.UNREACHABLE, () -> lied.createFolder(FOLDER));
    assertThat(bucket.keys()).noneMatch(key -> key.contains(FOLDER));
  }

  /** Answers as a server on a bad day, each request with the next of these. */
  private List<String> onABadDay(Trial trial, Answer... answers) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    List<String> ranges = new ArrayList<>();
    List<Answer> left = new ArrayList<>(List.of(answers));
    server.createContext(
        "/",
        exchange -> {
          ranges.add(
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")).orElse(""));
          exchange.getRequestBody().readAllBytes();
          try (exchange) {
            left.remove(0).give(exchange);
          }
        });
    server.start();
    try {
      URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      LentS3Store there =
          new LentS3Store(
              asks ->
                  new LentUrls(ID, asks.stream().map(ask -> new LentUrl(base, Map.of())).toList()),
              new Sleepless(),
              1_000);
      trial.run(there);
    } finally {
      server.stop(0);
    }
    return ranges;
  }

  private interface Trial {
    void run(LentS3Store there) throws Exception;
  }

  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private static Answer bytes(int status, byte[] body, int sent) {
    return exchange -> {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body, 0, sent);
    };
  }

  private static Answer marker() {
    byte[] text = StoreMarker.of(ID).write().getBytes(StandardCharsets.UTF_8);
    return bytes(200, text, text.length);
  }

  private static Answer refusal(int status, String code, String message) {
    byte[] text =
        "<Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message)
            .getBytes(StandardCharsets.UTF_8);
    return bytes(status, text, text.length);
  }

  @Test
  void keysOfTheCoordinatorThatWereRevokedAreToldOnceInASentence() throws Exception {
    onABadDay(
        there ->
            assertThatThrownBy(() -> there.read("job/f", 10))
                .hasMessage(
                    "Could not open the store (403 InvalidAccessKeyId). The coordinator's keys were revoked, have ended, or may not do that; check them where the coordinator runs."),
        refusal(403, "InvalidAccessKeyId", "no"));
    assertThat(slept).isEmpty();
  }

  @Test
  void anAddressThatHasEndedIsReplacedAndABusyServerIsAskedAgain() throws Exception {
    onABadDay(
        there -> assertThat(there.read("job/f", 10)).isEqualTo(new byte[] {7}),
        marker(),
        refusal(403, "AccessDenied", "Request has expired"),
        refusal(503, "SlowDown", "no"),
        bytes(200, new byte[] {7}, 1));
    assertThat(slept).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void aDownloadThatBreaksGoesOnWhereItWas() throws Exception {
    byte[] bytes = random(100_000);
    byte[] rest = Arrays.copyOfRange(bytes, 40_000, bytes.length);
    Path copy = local.resolve("copy");
    List<String> ranges =
        onABadDay(
            there -> assertThat(there.get("job/f", copy, UNWATCHED)).isEqualTo(Sha256.of(bytes)),
            marker(),
            bytes(200, bytes, 40_000),
            bytes(206, rest, rest.length));
    assertThat(ranges).containsExactly("", "", "bytes=40000-");
    assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
  }

  @Test
  void aServerThatStaysBusyIsOutOfReach() throws Exception {
    Answer busy = refusal(503, "SlowDown", "no");
    onABadDay(
        there -> assertKind(Kind.UNREACHABLE, () -> there.read("job/f", 10)),
        marker(),
        busy,
        busy,
        busy,
        busy,
        busy);
    assertThat(slept).hasSize(4);
  }

  private static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
