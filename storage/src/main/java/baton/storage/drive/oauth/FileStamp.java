package baton.storage.drive.oauth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/** The attributes of a file that change when it is replaced. */
public record FileStamp(FileTime modified, long size, Optional<Object> key) {
  /** Empty: there is no such file. */
  public static Optional<FileStamp> of(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new FileStamp(
              found.lastModifiedTime(), found.size(), Optional.ofNullable(found.fileKey())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
