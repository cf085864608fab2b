package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/**
 * Reads one range of a file to its place in the local file; each attempt resumes where the last
 * broke off.
 */
final class RangeRead {
  private static final int BUFFER = 1 << 18;
  private static final int WHOLE = 200;
  private static final int PART = 206;

  private final DriveConnection connection;
  private final String id;
  private final FileChannel target;
  private final long to;
  private final LongConsumer moved;
  private final DriveAttempts attempts;
  private long at;

  RangeRead(
      DriveConnection connection,
      String id,
      FileChannel target,
      long from,
      long to,
      LongConsumer moved,
      DriveAttempts attempts) {
    this.connection = connection;
    this.id = id;
    this.target = target;
    this.at = from;
    this.to = to;
    this.moved = moved;
    this.attempts = attempts;
  }

  void run() throws StoreException, IOException {
    while (at < to) {
      long before = at;
      try {
        request();
      } catch (DriveFailure e) {
        if (at > before) {
          attempts.progressed();
        }
        attempts.failed(e);
      }
    }
  }

  private void request() throws DriveFailure, StoreException, IOException {
    HttpResponse response = ask();
    try {
      requireRange(response);
      copy(response);
    } finally {
      end(response);
    }
  }

  private HttpResponse ask() throws DriveFailure {
    try {
      GenericUrl url = connection.url("drive/v3/files/");
      url.getPathParts().set(url.getPathParts().size() - 1, id);
      url.set("alt", "media");
      url.set("supportsAllDrives", true);
      HttpRequest request = connection.requests().buildGetRequest(url);
      request.getHeaders().setRange("bytes=%d-%d".formatted(at, to - 1));
      // A compressed answer has other positions than the file.
      request.getHeaders().setAcceptEncoding("identity");
      request.setResponseReturnRawInputStream(true);
      request.setThrowExceptionOnExecuteError(false);
      return request.execute();
    } catch (IOException e) {
      throw DriveFailure.of(e);
    }
  }

  private void requireRange(HttpResponse response) throws DriveFailure {
    int status = response.getStatusCode();
    String range = response.getHeaders().getContentRange();
    boolean asAsked = status == PART && range != null && range.startsWith("bytes " + at + "-");
    if (asAsked || status == WHOLE && at == 0) {
      return;
    }
    if (response.isSuccessStatusCode()) {
      throw new DriveFailure(DriveErrorKind.PASSES, "another range than asked for");
    }
    try {
      throw DriveFailure.ofAnswer(status, response.getContent());
    } catch (IOException e) {
      throw DriveFailure.of(e);
    }
  }

  private void copy(HttpResponse response) throws DriveFailure, StoreException, IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    InputStream in = content(response);
    while (at < to) {
      attempts.requireTime();
      int count = read(in, buffer.clear().limit((int) Math.min(BUFFER, to - at)));
      buffer.limit(count).position(0);
      while (buffer.hasRemaining()) {
        at += target.write(buffer, at);
      }
      moved.accept(count);
    }
  }

  private static InputStream content(HttpResponse response) throws DriveFailure {
    try {
      return response.getContent();
    } catch (IOException e) {
      throw DriveFailure.of(e);
    }
  }

  private static int read(InputStream in, ByteBuffer buffer) throws DriveFailure {
    try {
      int count = in == null ? -1 : in.read(buffer.array(), 0, buffer.limit());
      if (count < 0) {
        throw new DriveFailure(DriveErrorKind.PASSES, "the answer ended too soon");
      }
      return count;
    } catch (IOException e) {
      throw DriveFailure.of(e);
    }
  }

  /** Disconnects after an answer that broke off; keeps the connection after a whole one. */
  private void end(HttpResponse response) {
    try {
      if (at < to) {
        response.disconnect();
      } else {
        response.ignore();
      }
    } catch (IOException e) {
      // The response is closed all the same.
    }
  }
}
