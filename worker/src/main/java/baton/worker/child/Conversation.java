package baton.worker.child;

import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A socket for one child, and the messages over it. Its address is a path, so that the folder's
 * permissions keep other users out. Channels are used without streams: a stream would block the
 * writer while the reader waits.
 */
final class Conversation implements Closeable {
  private static final int LONGEST_LINE = 1 << 20;

  private final ServerSocketChannel server;
  private final Consumer<FromChild.Saved> saved;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final Thread listener;
  private volatile SocketChannel child;
  private volatile boolean connected;

  /** A message, or the reason why there are no more. */
  sealed interface Heard {
    /** A message of the child. */
    record Message(FromChild message) implements Heard {}

    /** The child closed the socket, or never connected. */
    record Nothing() implements Heard {}

    /** The child sent something that is not in the protocol. */
    record Nonsense(String why) implements Heard {}
  }

  /**
   * Opens the socket and waits for the child in the background.
   *
   * @param saved receives messages about saves on the listening thread, between other messages
   */
  Conversation(Path address, Consumer<FromChild.Saved> saved) throws IOException {
    this.saved = saved;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(address));
    listener = new Thread(this::listen, "baton-child-messages");
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    Heard end = new Heard.Nothing();
    try (SocketChannel channel = server.accept()) {
      child = channel;
      connected = true;
      server.close();
      readLines(channel);
    } catch (NonsenseException e) {
      end = new Heard.Nonsense(e.getMessage());
    } catch (IOException e) {
      // Closed at either end: no more messages come, and the process's exit code tells why.
    }
    heard.add(end);
  }

  private void readLines(SocketChannel channel) throws IOException, NonsenseException {
    ByteBuffer chunk = ByteBuffer.allocate(1 << 13);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (channel.read(chunk.clear()) >= 0) {
      for (chunk.flip(); chunk.hasRemaining(); ) {
        byte next = chunk.get();
        if (next == '\n') {
          hear(line.toByteArray());
          line.reset();
        } else if (line.size() == LONGEST_LINE) {
          throw new NonsenseException("a line is over " + LONGEST_LINE + " bytes");
        } else {
          line.write(next);
        }
      }
    }
  }

  private void hear(byte[] line) throws IOException, NonsenseException {
    try {
      FromChild message = Json.readerFor(FromChild.class).readValue(line);
      if (message instanceof FromChild.Saved save) {
        saved.accept(save);
      } else if (message != null) {
        heard.add(new Heard.Message(message));
      }
    } catch (JsonProcessingException e) {
      throw new NonsenseException(Json.explain(e));
    }
  }

  /** Waits for the next message. */
  Heard next() throws InterruptedException {
    return staying(heard.take());
  }

  /** Waits for the next message; empty if none comes in time. */
  Optional<Heard> next(Duration within) throws InterruptedException {
    return Optional.ofNullable(heard.poll(within.toMillis(), TimeUnit.MILLISECONDS))
        .map(this::staying);
  }

  /** Keeps an end in the queue, so that later calls get it again. */
  private Heard staying(Heard next) {
    if (!(next instanceof Heard.Message)) {
      heard.add(next);
    }
    return next;
  }

  void say(ToChild message) throws IOException {
    SocketChannel channel = child;
    if (channel == null) {
      throw new IOException("the child has not called yet");
    }
    byte[] json = Json.writer().forType(ToChild.class).writeValueAsBytes(message);
    ByteBuffer line = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    synchronized (this) {
      while (line.hasRemaining()) {
        channel.write(line);
      }
    }
  }

  /** Reads the remaining messages of a child that has ended, then closes. */
  void drain(long millis) {
    try {
      if (connected) {
        listener.join(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    closeQuietly(server);
    closeQuietly(child);
  }

  private static void closeQuietly(Closeable channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing more can be done.
    }
  }

  /** The child broke the protocol. */
  private static final class NonsenseException extends Exception {
    private static final long serialVersionUID = 1L;

    NonsenseException(String message) {
      super(message);
    }
  }
}
