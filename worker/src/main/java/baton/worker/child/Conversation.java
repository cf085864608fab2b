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
 * A socket for one child, and the messages that come over it. Its address is a path, so that the
 * folder's permissions keep other users out. Channels are used bare: a stream over one would lock
 * out the writer while the reader waits.
 */
final class Conversation implements Closeable {
  private static final int LONGEST_LINE = 1 << 20;

  private final ServerSocketChannel server;
  private final Consumer<FromChild.Saved> saved;
  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final Thread listener;
  private volatile SocketChannel child;
  private volatile boolean connected;

  /** A message, or why there are no more. */
  sealed interface Heard {
    /** The child said this. */
    record Message(FromChild message) implements Heard {}

    /** The child hung up, or never called. */
    record Nothing() implements Heard {}

    /** The child said what is not in the protocol. */
    record Nonsense(String why) implements Heard {}
  }

  /**
   * Opens the socket and waits for the child in the background.
   *
   * @param saved told of saves on the listening thread: they come between other messages
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
      // Closed at either end: there is nothing more to hear, and the process tells why.
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

  /** What comes next; waits for it. */
  Heard next() throws InterruptedException {
    return staying(heard.take());
  }

  /** What comes next within a time; empty: nothing did. */
  Optional<Heard> next(Duration within) throws InterruptedException {
    return Optional.ofNullable(heard.poll(within.toMillis(), TimeUnit.MILLISECONDS))
        .map(this::staying);
  }

  /** An end is heard again by whoever asks again. */
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

  /** Hears what was still under way of a child that has ended, then closes. */
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
      // It is closed as far as it can be.
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
