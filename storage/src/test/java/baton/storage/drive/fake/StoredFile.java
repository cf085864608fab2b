package baton.storage.drive.fake;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A file or folder as the fake keeps it.
 *
 * @param client the OAuth client that made it; another one with {@code drive.file} cannot see it
 * @param modified when its name or content last changed; a move, the trash and labels are no change
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
    Instant modified,
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
        modified,
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
        modified,
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
        modified,
        bytes,
        size,
        sha256,
        trashed,
        version + 1);
  }

  StoredFile withModified(Instant time) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        appProperties,
        client,
        created,
        time,
        bytes,
        size,
        sha256,
        trashed,
        version);
  }

  StoredFile withParent(String now) {
    return new StoredFile(
        id,
        name,
        mimeType,
        now,
        appProperties,
        client,
        created,
        modified,
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
        modified,
        bytes,
        size,
        sha256,
        trashed,
        version + 1);
  }
}
