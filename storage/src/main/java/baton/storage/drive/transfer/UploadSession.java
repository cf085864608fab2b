package baton.storage.drive.transfer;

import com.google.api.client.http.EmptyContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.client.json.JsonObjectParser;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.drive.model.File;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One resumable upload session. Its address is as good as a password, so this class never reveals
 * it.
 */
final class UploadSession {
  static final String FIELDS = "id,name,size,sha256Checksum,trashed";

  private static final int RESUME = 308;
  private static final String START =
      "upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=" + FIELDS;
  private static final Pattern STORED = Pattern.compile("bytes=0-(\\d{1,18})");

  /** How much of the file Drive has: some bytes, or all of them and the resulting file. */
  record State(long stored, Optional<File> file) {}

  private final DriveConnection connection;
  private final GenericUrl address;
  private final long size;

  private UploadSession(DriveConnection connection, GenericUrl address, long size) {
    this.connection = connection;
    this.address = address;
    this.size = size;
  }

  /** Begins a session; Drive checks the parent, the id and the space. */
  static UploadSession start(DriveConnection connection, File metadata, long size)
      throws DriveFailure {
    try {
      HttpRequest request =
          connection
              .requests()
              .buildPostRequest(
                  connection.url(START),
                  new JsonHttpContent(GsonFactory.getDefaultInstance(), metadata));
      request.getHeaders().set("X-Upload-Content-Type", metadata.getMimeType());
      request.getHeaders().set("X-Upload-Content-Length", Long.toString(size));
      HttpResponse response = execute(request);
      try {
        requireSuccess(response);
        return new UploadSession(
            connection, location(connection, response.getHeaders().getLocation()), size);
      } finally {
        response.ignore();
      }
    } catch (IOException e) {
      throw DriveFailure.of(e);
    }
  }

  private static GenericUrl location(DriveConnection connection, String location)
      throws DriveFailure {
    try {
      if (location != null && connection.trusts(URI.create(location))) {
        return new GenericUrl(location);
      }
    } catch (IllegalArgumentException e) {
      // Not a valid address: refused below, without quoting it.
    }
    throw new DriveFailure(DriveErrorKind.REFUSED, "an upload address on a foreign host");
  }

  /** Asks how much has arrived. */
  State status() throws DriveFailure {
    return put(new EmptyContent(), "bytes */" + size);
  }

  /** Sends a part of the file. */
  State send(ChunkContent chunk, long from, long to) throws DriveFailure {
    // An empty range has no notation; Google's own clients omit it as well.
    return put(chunk, size == 0 ? null : "bytes %d-%d/%d".formatted(from, to - 1, size));
  }

  private State put(HttpContent content, String range) throws DriveFailure {
    try {
      HttpRequest request = connection.requests().buildPutRequest(address, content);
      request.getHeaders().setContentRange(range);
      request.setParser(new JsonObjectParser(GsonFactory.getDefaultInstance()));
      HttpResponse response = execute(request);
      try {
        if (response.getStatusCode() == RESUME) {
          return new State(stored(response.getHeaders().getRange()), Optional.empty());
        }
        requireSuccess(response);
        return new State(size, Optional.of(response.parseAs(File.class)));
      } finally {
        response.ignore();
      }
    } catch (IOException e) {
      throw DriveFailure.of(e);
    } catch (IllegalArgumentException e) {
      throw new DriveFailure(DriveErrorKind.PASSES, "an answer that is no JSON");
    }
  }

  private static HttpResponse execute(HttpRequest request) throws IOException {
    request.setThrowExceptionOnExecuteError(false);
    return request.execute();
  }

  private static void requireSuccess(HttpResponse response) throws IOException, DriveFailure {
    if (!response.isSuccessStatusCode()) {
      throw DriveFailure.ofAnswer(response.getStatusCode(), response.getContent());
    }
  }

  /** The number of stored bytes; no range means none. */
  private long stored(String range) throws DriveFailure {
    if (range == null) {
      return 0;
    }
    Matcher matcher = STORED.matcher(range);
    long stored = matcher.matches() ? Long.parseLong(matcher.group(1)) + 1 : Long.MAX_VALUE;
    if (stored > size) {
      throw new DriveFailure(DriveErrorKind.REFUSED, "a range beyond the end of the file");
    }
    return stored;
  }

  @Override
  public String toString() {
    return "an upload session";
  }
}
