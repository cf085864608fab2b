package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where workers fetch a file of data. As text: {@code directory:/data/grid}, {@code https://…} or
 * {@code drive:<id>}.
 */
public sealed interface DataSource {
  /** The text that {@link #parse} reads. */
  @JsonValue
  String text();

  /** Reads the text of a source; an {@link IllegalArgumentException} says what it may be. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static DataSource parse(String text) {
    if (text.startsWith(Directory.SCHEME)) {
      return new Directory(text.substring(Directory.SCHEME.length()));
    }
    if (text.startsWith(DriveFile.SCHEME)) {
      return new DriveFile(text.substring(DriveFile.SCHEME.length()));
    }
    return new Web(text);
  }

  /**
   * A directory that every worker sees at the same place; the file lies in it at its own path.
   *
   * @param path absolute
   */
  record Directory(String path) implements DataSource {
    static final String SCHEME = "directory:";

    public Directory {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("a directory of data has an absolute path, not " + path);
      }
    }

    @Override
    public String text() {
      return SCHEME + path;
    }
  }

  /** An HTTPS address; plain HTTP is allowed only for the machine itself. */
  record Web(String address) implements DataSource {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost");

    public Web {
      URI uri = uri(address);
      boolean plainToItself = "http".equals(uri.getScheme()) && LOOPBACK.contains(uri.getHost());
      if (!plainToItself && (!"https".equals(uri.getScheme()) || uri.getHost() == null)) {
        throw wrong(address);
      }
      if (uri.getUserInfo() != null) {
        throw new IllegalArgumentException("the address of data must not hold a password");
      }
    }

    private static URI uri(String address) {
      try {
        return URI.create(address);
      } catch (IllegalArgumentException e) {
        throw wrong(address);
      }
    }

    private static IllegalArgumentException wrong(String address) {
      return new IllegalArgumentException(
          "data comes from directory:/…, https://… or drive:<id>, not from " + address);
    }

    @Override
    public String text() {
      return address;
    }
  }

  /** A file in Google Drive, put there by the OAuth client that workers are signed in with. */
  record DriveFile(String id) implements DataSource {
    static final String SCHEME = "drive:";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,200}");

    public DriveFile {
      if (!ID.matcher(id).matches()) {
        throw new IllegalArgumentException("a file in Drive is named by its id, not by " + id);
      }
    }

    @Override
    public String text() {
      return SCHEME + id;
    }
  }
}
