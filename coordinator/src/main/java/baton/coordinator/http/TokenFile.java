package baton.coordinator.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The file in the data directory that keeps the hashes of the tokens, a line each: role, space,
 * sha256. The tokens themselves are not stored; if one is lost, new ones must be drawn.
 */
public final class TokenFile {
  private final Path file;

  public TokenFile(Path dataDirectory) {
    this.file = dataDirectory.resolve("tokens");
  }

  /** Draws tokens and stores their hashes; earlier tokens become invalid. */
  public List<Token> drawNew(SecureRandom random) {
    List<Token> tokens = Token.drawAll(random);
    write(
        file,
        Tokens.hashes(tokens).entrySet().stream()
            .map(line -> line.getKey() + " " + line.getValue())
            .collect(Collectors.joining("\n", "", "\n")));
    return tokens;
  }

  /** The stored hashes; empty before the first start. */
  public Optional<Tokens> read() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, String> hashes = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        hashes.put(words[0], words[1]);
      }
      return Optional.of(Tokens.of(hashes));
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read.", e);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalStateException(
          "The file %s is damaged. Delete it, and new tokens are drawn at the next start."
              .formatted(file),
          e);
    }
  }

  /** Writes the tokens themselves to a file for scripts, readable only by its user. */
  public static void hand(List<Token> tokens, Path to) {
    write(
        to,
        tokens.stream()
            .map(token -> token.role().word() + "=" + token.text())
            .collect(Collectors.joining("\n", "", "\n")));
  }

  /** Writes the file atomically; it is readable only by its user from the first byte on. */
  private static void write(Path file, String text) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.deleteIfExists(part);
      Files.createFile(part, ownerOnly(file));
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file %s cannot be written (%s). Make its folder writable for this user."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
