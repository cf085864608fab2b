package baton.coordinator.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a listener accept connections no faster than they are handled. Vert.x accepts on a thread
 * of its own, and accepted connections that wait take unbounded memory; the kernel's queue is
 * bounded.
 */
@Sharable
final class AcceptThrottle extends ChannelInboundHandlerAdapter {
  static final int MOST_WAITING = 128;

  private static final String NAME = "throttle";
  private static final AttributeKey<Boolean> WAITS = AttributeKey.valueOf("baton.waits");

  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Channel listener;

  /** A connection begins to be handled; the first one shows which listener accepted it. */
  void takenUp(Channel connection) {
    if (listener == null && connection.parent() != null) {
      listener = connection.parent();
      listener.pipeline().addFirst(NAME, this);
    }
    countOut(connection);
  }

  int waiting() {
    return waiting.get();
  }

  @Override
  public void channelRead(ChannelHandlerContext accepting, Object accepted) {
    Channel connection = (Channel) accepted;
    connection.attr(WAITS).set(true);
    connection.closeFuture().addListener(closed -> countOut(connection));
    if (waiting.incrementAndGet() >= MOST_WAITING) {
      accepting.channel().config().setAutoRead(false);
      goOnIfFew(MOST_WAITING - 1); // all may have been handled meanwhile
    }
    accepting.fireChannelRead(accepted);
  }

  private void countOut(Channel connection) {
    if (connection.attr(WAITS).getAndSet(null) != null) {
      waiting.decrementAndGet();
      goOnIfFew(MOST_WAITING / 2);
    }
  }

  private void goOnIfFew(int few) {
    if (waiting.get() <= few && !listener.config().isAutoRead()) {
      listener.config().setAutoRead(true);
    }
  }
}
