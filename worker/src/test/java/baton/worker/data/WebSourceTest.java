package baton.worker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebSourceTest {
  private static final byte[] BYTES = Samples.bytes(900_001, 5);

  @TempDir Path folder;
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<String> ranges = new ArrayList<>();
  private final List<Duration> pauses = new ArrayList<>();
  private final AtomicLong moved = new AtomicLong();
  private HttpServer server;
  private DataFile file;

  /** How the server answers one request for the bytes from a position. */
  private interface Answer {
    void to(HttpExchange exchange, int from) throws IOException;
  }

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    String address = "http://127.0.0.1:%d/f".formatted(server.getAddress().getPort());
    file = new DataFile("f", BYTES.length, Sha256.of(BYTES), DataSource.parse(address));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(String.valueOf(range));
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D+", ""));
    (answers.isEmpty() ? (Answer) WebSourceTest::rest : answers.poll()).to(exchange, from);
    exchange.close();
  }

  private static void rest(HttpExchange exchange, int from) throws IOException {
    send(exchange, from, BYTES.length);
  }

  /** Promises all and breaks off. */
  private static Answer cutAt(int end) {
    return (exchange, from) -> send(exchange, from, end);
  }

  private static void send(HttpExchange exchange, int from, int end) throws IOException {
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, BYTES.length - 1, BYTES.length));
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, BYTES.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(Arrays.copyOfRange(BYTES, from, end));
    out.flush();
  }

  private static Answer refuse(int status) {
    return (exchange, from) -> exchange.sendResponseHeaders(status, -1);
  }

  private Path read() throws TroubleException, IOException {
    Path copy = folder.resolve("copy");
    try (FileChannel target =
        FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      new WebSource(pauses::add).read(file, target, target.size(), moved::addAndGet);
    }
    return copy;
  }

  @Test
  void aFileIsReadInOneRequest() throws Exception {
    assertThat(read()).hasBinaryContent(BYTES);
    assertThat(ranges).containsExactly("null");
    assertThat(moved).hasValue(BYTES.length);
  }

  @Test
  void anAnswerThatBreaksOffIsGoneOnWith() throws Exception {
    answers.add(cutAt(300_000));
    answers.add(cutAt(600_000));
    assertThat(read()).hasBinaryContent(BYTES);
    assertThat(ranges).containsExactly("null", "bytes=300000-", "bytes=600000-");
    assertThat(moved).hasValue(BYTES.length);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
  }

  @Test
  void whatAKilledWorkerLeftIsNotReadAgain() throws Exception {
    Files.write(folder.resolve("copy"), Arrays.copyOf(BYTES, 400_000));
    assertThat(read()).hasBinaryContent(BYTES);
    assertThat(ranges).containsExactly("bytes=400000-");
  }

  @Test
  void aServerThatKnowsNoRangesIsReadAllTheSame() throws Exception {
    Files.write(folder.resolve("copy"), Arrays.copyOf(BYTES, 400_000));
    answers.add((exchange, from) -> send(exchange, 0, BYTES.length));
    assertThat(read()).hasBinaryContent(BYTES);
    assertThat(moved).hasValue(BYTES.length - 400_000);
  }

  @Test
  void whatPassesIsWaitedForLongerAndLonger() throws Exception {
    answers.addAll(List.of(refuse(503), refuse(429), refuse(500)));
    assertThat(read()).hasBinaryContent(BYTES);
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L);
  }

  @Test
  void whatDoesNotPassIsToldAtOnce() {
    answers.add(refuse(404));
    assertTold("answers 404");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aServerThatStaysAwayIsGivenUp() {
    server.stop(0);
    assertTold("cannot be read");
    assertThat(pauses).hasSize(5);
  }

  private void assertTold(String what) {
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> {
              assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE);
              assertThat(e.trouble().message()).contains(what);
            });
  }
}
