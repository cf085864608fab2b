package baton.worker.data;

import baton.protocol.DataFile;
import baton.protocol.IoReason;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Data at an HTTPS address: after a failure it resumes where the last attempt broke off, after a
 * pause.
 */
public final class WebSource implements DataSources {
  private static final int CHUNK = 1 << 18;
  private static final int MOST_FAILURES = 6;
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration READ = Duration.ofSeconds(60);

  private final Pause pause;

  /** Waits between two attempts. */
  public interface Pause {
    void sleep(Duration length) throws InterruptedException;
  }

  public WebSource(Pause pause) {
    this.pause = pause;
  }

  /** A failure of the server or the network. */
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean passes;

    Broken(String why, boolean passes) {
      super(why);
      this.passes = passes;
    }
  }

  @Override
  public void read(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws TroubleException, IOException {
    long at = from;
    int failures = 0;
    while (at < file.size()) {
      long before = target.size();
      try {
        request(file, target, at, moved);
        return;
      } catch (Broken e) {
        failures = target.size() > before ? 1 : failures + 1;
        if (!e.passes || failures >= MOST_FAILURES) {
          throw DataFailures.unreachable(file, e.getMessage());
        }
        at = target.size();
        sleep(file, failures);
      }
    }
  }

  private void sleep(DataFile file, int failures) throws TroubleException {
    try {
      pause.sleep(Duration.ofSeconds(1L << (failures - 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw DataFailures.unreachable(file, "this session is ending");
    }
  }

  private static void request(DataFile file, FileChannel target, long from, LongConsumer moved)
      throws Broken, IOException {
    HttpURLConnection connection = ask(file, from);
    boolean whole = false;
    try (InputStream in = body(connection, from)) {
      copy(in, file, target, from, moved);
      whole = true;
    } finally {
      if (!whole) {
        connection.disconnect();
      }
    }
  }

  private static HttpURLConnection ask(DataFile file, long from) throws Broken {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(file.source().text()).toURL().openConnection();
      connection.setConnectTimeout((int) CONNECT.toMillis());
      connection.setReadTimeout((int) READ.toMillis());
      connection.setRequestProperty("Accept-Encoding", "identity");
      if (from > 0) {
        connection.setRequestProperty("Range", "bytes=" + from + "-");
      }
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK && status != HttpURLConnection.HTTP_PARTIAL) {
        connection.disconnect();
        boolean passes = status >= 500 || status == 429 || status == 408;
        throw new Broken("the server answers " + status, passes);
      }
      return connection;
    } catch (IOException e) {
      throw new Broken(IoReason.of(e), true);
    }
  }

  /**
   * A server without range requests sends the whole file; the part that is already here is skipped.
   */
  private static InputStream body(HttpURLConnection connection, long from) throws Broken {
    try {
      InputStream in = connection.getInputStream();
      String range = connection.getHeaderField("Content-Range");
      boolean isRest = range != null && range.startsWith("bytes " + from + "-");
      if (connection.getResponseCode() == HttpURLConnection.HTTP_PARTIAL && !isRest) {
        throw new Broken("the server answers with another range than asked for", true);
      }
      if (connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
        in.skipNBytes(from);
      }
      return in;
    } catch (IOException e) {
      throw new Broken(IoReason.of(e), true);
    }
  }

  private static void copy(
      InputStream in, DataFile file, FileChannel target, long from, LongConsumer moved)
      throws Broken, IOException {
    byte[] bytes = new byte[CHUNK];
    for (long at = from; at < file.size(); ) {
      int count = read(in, bytes, (int) Math.min(CHUNK, file.size() - at));
      ByteBuffer chunk = ByteBuffer.wrap(bytes, 0, count);
      while (chunk.hasRemaining()) {
        at += target.write(chunk, at);
      }
      moved.accept(count);
    }
  }

  private static int read(InputStream in, byte[] bytes, int most) throws Broken {
    try {
      int count = in.read(bytes, 0, most);
      if (count < 0) {
        throw new Broken("the answer ended too soon", true);
      }
      return count;
    } catch (IOException e) {
      throw new Broken(IoReason.of(e), true);
    }
  }
}
