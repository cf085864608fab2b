package baton.storage.drive.fake;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A file or folder as the fake keeps it.
 *
 * @param client the OAuth client that made it; another one with {@code drive.file} cannot see it
 * @param bytes where its content lies; empty for a folder
 * @param trashed by itself; a file in a trashed folder is in the trash too
 */
public record StoredFile(
    String id,
    String name,
    String mimeType,
    String parent,
    Map<String, String> appProperties,
    String client,
    Instant created,
    Optional<Path> bytes,
    long size,
    String sha256,
    boolean trashed,
    long version) {
  static final String FOLDER = "application/vnd.google-apps.folder";

  public StoredFile {
    appProperties = Map.copyOf(appProperties);
  }

  public boolean isFolder() {
    return mimeType.equals(FOLDER);
  }

  StoredFile withCreated(Instant time) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        appProperties,
        client,
        time,
        bytes,
        size,
        sha256,
        trashed,
        version);
  }

  StoredFile withTrashed(boolean now) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        appProperties,
        client,
        created,
        bytes,
        size,
        sha256,
        now,
        version + 1);
  }

  StoredFile withContent(long newSize, String newSha256) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        appProperties,
        client,
        created,
        bytes,
        newSize,
        newSha256,
        trashed,
        version + 1);
  }

  StoredFile withName(String now) {
    return new StoredFile(
        id,
        now,
        mimeType,
        parent,
        appProperties,
        client,
        created,
        bytes,
        size,
        sha256,
        trashed,
        version + 1);
  }

  StoredFile withAppProperties(Map<String, String> now) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        now,
        client,
        created,
        bytes,
        size,
        sha256,
        trashed,
        version + 1);
  }
}
