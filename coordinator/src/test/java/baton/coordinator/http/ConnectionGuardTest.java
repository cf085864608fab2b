package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection at exact instants: what may take how long. */
class ConnectionGuardTest {
  private static final Duration A_MILLI = Duration.ofMillis(1);
  private static final Duration HEADER = HttpLimits.HEADER_WITHIN;
  private static final Duration BODY = HttpLimits.BODY_WITHIN;
  private static final Duration IDLE = HttpLimits.IDLE_AT_MOST;

  private Duration now = Duration.ofHours(1);
  private final ConnectionGuard guard = new ConnectionGuard(HttpLimits.DEFAULT, () -> now);
  private final EmbeddedChannel channel =
      new EmbeddedChannel(new HttpRequestDecoder(), new HttpResponseEncoder(), guard);

  @AfterEach
  void release() {
    channel.finishAndReleaseAll();
  }

  private void comes(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
  }

  private void isAnswered() {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set("Content-Length", 0);
    channel.writeOutbound(response);
  }

  private boolean isOpenAfter(Duration passed) {
    now = now.plus(passed);
    guard.look(now);
    channel.runPendingTasks();
    return channel.isOpen();
  }

  private String said() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
      text.append(part.toString(StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  @Test
  void aStrangerThatSaysNothingIsClosedAfterTheTimeForAHeader() {
    assertThat(isOpenAfter(HEADER.minus(A_MILLI))).isTrue();
    assertThat(isOpenAfter(A_MILLI)).isFalse();
  }

  @Test
  void halfAHeaderIsToldSoAndClosedHoweverOftenAByteComes() {
    comes("GET / HT");
    for (int seconds = 1; seconds < HEADER.toSeconds(); seconds++) {
      assertThat(isOpenAfter(Duration.ofSeconds(1))).isTrue();
      comes("x");
    }

    isOpenAfter(Duration.ofSeconds(1));

    assertThat(said()).startsWith("HTTP/1.1 408 ").contains("urn:baton:too-slow", "header");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void halfABodyIsToldSoAndClosed() {
    comes("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nab");
    assertThat(isOpenAfter(BODY.minus(A_MILLI))).isTrue();
    comes("c");

    isOpenAfter(A_MILLI);

    assertThat(said()).startsWith("HTTP/1.1 408 ").contains("body");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anAnswerMayTakeItsTime() {
    comes("GET / HTTP/1.1\r\n\r\n");

    assertThat(isOpenAfter(Duration.ofMinutes(5))).isTrue();
  }

  @Test
  void whoBoreATokenMayBeSilentForLonger() {
    comes("GET / HTTP/1.1\r\n\r\n");
    guard.prove();
    isAnswered();

    assertThat(isOpenAfter(IDLE.minus(A_MILLI))).isTrue();
    assertThat(isOpenAfter(A_MILLI)).isFalse();
  }

  @Test
  void whoBoreATokenHasNoMoreTimeForAHeader() {
    comes("GET / HTTP/1.1\r\n\r\n");
    guard.prove();
    isAnswered();
    said();
    isOpenAfter(Duration.ofSeconds(60));
    comes("GET /");
    assertThat(isOpenAfter(HEADER.minus(A_MILLI))).isTrue();

    isOpenAfter(A_MILLI);

    assertThat(said()).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void aRequestThatComesBeforeItsTurnIsGivenTimeOnceItIsRead() {
    guard.prove();
    comes("GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
    assertThat(isOpenAfter(BODY.multipliedBy(3))).isTrue();
    isAnswered();
    said();
    assertThat(isOpenAfter(BODY.minus(A_MILLI))).isTrue();
    isOpenAfter(A_MILLI);
    assertThat(said()).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void nothingIsToldBeforeAnAnswerThatIsStillToCome() {
    guard.prove();
    comes("GET / HTTP/1.1\r\n\r\nGET /");
    comes(" ");
    isOpenAfter(HEADER);

    assertThat(channel.isOpen()).isFalse();
    assertThat(said()).isEmpty();
  }

  @Test
  void whoAsksAndDoesNotReadIsClosed() {
    guard.prove();
    comes("GET / HTTP/1.1\r\n\r\n");
    isAnswered();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);

    comes("GET / HTTP/1.1\r\n\r\n");

    assertThat(channel.isOpen()).isFalse();
  }
}
