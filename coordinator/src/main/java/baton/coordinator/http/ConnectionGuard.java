package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Watches one connection between Netty's codec and Vert.x: each part of a request must arrive in
 * time, a client that does not read its answers may not send more requests, and a connection
 * without a token gets only one answer.
 */
final class ConnectionGuard extends ChannelDuplexHandler {
  /** How long a refused client has to read the reason before the connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final Set<HttpVersion> SPOKEN = Set.of(HttpVersion.HTTP_1_0, HttpVersion.HTTP_1_1);

  private final HttpLimits limits;
  private final Supplier<Duration> ticker;
  private ChannelHandlerContext context;
  private Phase phase = Phase.SILENT;
  private Duration since;
  private boolean proven;
  private boolean cameWhole;
  private boolean answerHasBegun;
  private boolean closesAfterAnswer;
  private int unanswered;

  private enum Phase {
    /** Nothing of the next request has arrived. */
    SILENT,
    HEADER,
    BODY,
    /** The whole request has arrived and has to be answered. */
    ANSWER,
    /** Refused: nothing is read any more. */
    CLOSING
  }

  /**
   * @param ticker a monotonic clock
   */
  ConnectionGuard(HttpLimits limits, Supplier<Duration> ticker) {
    this.limits = limits;
    this.ticker = ticker;
    this.since = ticker.get();
  }

  /** A request with a valid token has arrived. */
  void prove() {
    proven = true;
  }

  /** Closes the connection after the current answer. */
  void closeAfterAnswer() {
    closesAfterAnswer = true;
  }

  /** Closes the connection if it is overdue. */
  void look(Duration now) {
    if (context == null) {
      return;
    }
    if (!context.executor().inEventLoop()) {
      context.executor().execute(() -> look(now));
      return;
    }
    Duration passed = now.minus(since);
    switch (phase) {
      case SILENT -> closeIf(passed.compareTo(proven ? limits.idle() : limits.header()) >= 0);
      case CLOSING -> closeIf(passed.compareTo(LINGER) >= 0);
      case HEADER -> {
        if (passed.compareTo(limits.header()) >= 0) {
          refuse(tooSlow("header", limits.header()));
        }
      }
      case BODY -> {
        // The body of a pipelined request is not read yet.
        if (unanswered <= 1 && passed.compareTo(limits.body()) >= 0) {
          refuse(tooSlow("body", limits.body()));
        }
      }
      case ANSWER -> {}
    }
  }

  void close() {
    if (context != null) {
      context.close();
    }
  }

  private void closeIf(boolean overdue) {
    if (overdue) {
      context.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    if (phase == Phase.CLOSING) {
      ReferenceCountUtil.release(message);
      return;
    }
    cameWhole = true;
    if (!proven && unanswered > 0 && isOfNext(message)) {
      ReferenceCountUtil.release(message); // it is closed after the first answer
      return;
    }
    if (message instanceof HttpRequest request) {
      if (!SPOKEN.contains(request.protocolVersion())) {
        ReferenceCountUtil.release(message);
        refuse(Framing.malformed("Only HTTP/1.1 is spoken here."));
        return;
      }
      if (!channel.channel().isWritable()) { // it sends requests but does not read the answers
        ReferenceCountUtil.release(message);
        channel.close();
        return;
      }
      unanswered++;
      answerHasBegun &= unanswered > 1;
      enter(Phase.BODY);
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      refuse(Framing.malformed("The body's chunks are not as HTTP/1.1 has them."));
      return;
    }
    if (message instanceof LastHttpContent) {
      enter(unanswered == 0 ? Phase.SILENT : Phase.ANSWER);
    }
    channel.fireChannelRead(message);
  }

  /** Bytes without a message are the beginning of one. */
  @Override
  public void channelReadComplete(ChannelHandlerContext channel) {
    if (!cameWhole && (phase == Phase.SILENT || phase == Phase.ANSWER)) {
      enter(Phase.HEADER);
    }
    cameWhole = false;
    channel.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise) {
    boolean isInterim = message instanceof HttpResponse response && response.status().code() < 200;
    if (message instanceof HttpResponse response && !isInterim) {
      answerHasBegun = true;
      closesAfterAnswer |= !proven;
      if (closesAfterAnswer) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
    }
    if (!(message instanceof LastHttpContent) || isInterim) {
      channel.write(message, promise);
      return;
    }
    answered();
    if (closesAfterAnswer) {
      enter(Phase.CLOSING);
      channel.write(message, promise.unvoid().addListener(sent -> hangUp()));
    } else {
      channel.write(message, promise);
    }
  }

  private boolean isOfNext(Object message) {
    return message instanceof HttpRequest || phase == Phase.ANSWER;
  }

  private void answered() {
    unanswered--;
    answerHasBegun = false;
    if (phase == Phase.ANSWER && unanswered == 0) {
      enter(Phase.SILENT);
    } else if (phase == Phase.BODY && unanswered == 1) {
      enter(Phase.BODY); // it is read from now on
    }
  }

  private void enter(Phase next) {
    phase = next;
    since = ticker.get();
  }

  /** Sends the reason if that is still possible, and closes the connection. */
  private void refuse(ProblemRaised problem) {
    boolean isItsTurn = unanswered == (phase == Phase.BODY ? 1 : 0);
    boolean canBeTold = isItsTurn && !answerHasBegun;
    enter(Phase.CLOSING);
    if (!canBeTold) {
      context.close();
      return;
    }
    // Written behind the codec, which would expect another message next.
    context
        .pipeline()
        .firstContext()
        .writeAndFlush(Unpooled.wrappedBuffer(text(problem)))
        .addListener(sent -> hangUp());
  }

  /** Closes without a reset, which would discard what the client has not read yet. */
  private void hangUp() {
    if (context.channel() instanceof DuplexChannel channel) {
      channel.shutdownOutput();
    } else {
      context.close();
    }
  }

  private static ProblemRaised tooSlow(String what, Duration within) {
    return new ProblemRaised(
        ProblemType.TOO_SLOW,
        "The %s of the request was not there after %d s. Send it again at once and whole."
            .formatted(what, within.toSeconds()));
  }

  private static byte[] text(ProblemRaised raised) {
    String body = Answers.json(raised.problem()).toString(StandardCharsets.UTF_8);
    HttpResponseStatus status = HttpResponseStatus.valueOf(raised.type().status());
    return "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, Problems.MEDIA_TYPE, body.getBytes(StandardCharsets.UTF_8).length, body)
        .getBytes(StandardCharsets.UTF_8);
  }
}
