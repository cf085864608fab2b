package baton.coordinator.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a listener accept no faster than its connections are taken up. Vert.x accepts on a thread of
 * its own, and what that thread is ahead costs memory without a bound; the kernel's queue has one.
 */
@Sharable
final class AcceptThrottle extends ChannelInboundHandlerAdapter {
  static final int MOST_WAITING = 128;

  private static final String NAME = "throttle";
  private static final AttributeKey<Boolean> WAITS = AttributeKey.valueOf("baton.waits");

  private final AtomicInteger waiting = new AtomicInteger();
  private volatile Channel listener;

  /** A connection is taken up; the first one shows which listener it came by. */
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
      goOnIfFew(MOST_WAITING - 1); // all may have been taken up meanwhile
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
