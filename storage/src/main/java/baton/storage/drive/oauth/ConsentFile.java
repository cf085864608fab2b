package baton.storage.drive.oauth;

import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file in a coordinator's data directory that stores its consent, readable only by its user.
 * After a sign-out it still names the account whose Drive holds the store: the jobs remain bound to
 * it.
 */
public final class ConsentFile {
  private static final String NAME = "drive.json";

  private final Path file;

  /** The content of the file; after a sign-out it lacks the two secrets. */
  private record Kept(
      DriveAccount account, Optional<String> clientSecret, Optional<String> refreshToken) {
    Kept {
      if (account == null) {
        throw new IllegalArgumentException("an account is missing");
      }
    }
  }

  public ConsentFile(Path dataDirectory) {
    this.file = dataDirectory.resolve(NAME);
  }

  public Path path() {
    return file;
  }

  /**
   * The consent, if somebody is signed in.
   *
   * @throws SignInException if the file exists but cannot be used
   */
  public Optional<DriveConsent> consent() throws SignInException {
    Optional<Kept> kept = read();
    if (kept.flatMap(Kept::refreshToken).isEmpty() || kept.flatMap(Kept::clientSecret).isEmpty()) {
      return Optional.empty();
    }
    try {
      DriveAccount account = kept.get().account();
      OAuthClient client = new OAuthClient(account.client(), kept.get().clientSecret().get());
      return Optional.of(new DriveConsent(account, client, kept.get().refreshToken().get()));
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  /**
   * The account whose Drive holds the store, signed in or not; empty: there never was a sign-in.
   */
  public Optional<DriveAccount> account() throws SignInException {
    return read().map(Kept::account);
  }

  public void write(DriveConsent consent) throws SignInException {
    write(
        new Kept(
            consent.account(),
            Optional.of(consent.client().secret()),
            Optional.of(consent.refreshToken())));
  }

  /** Deletes the secrets from the file. */
  public void signOut() throws SignInException {
    Optional<DriveAccount> account = account();
    if (account.isPresent()) {
      write(new Kept(account.get(), Optional.empty(), Optional.empty()));
    }
  }

  private Optional<Kept> read() throws SignInException {
    try {
      return Optional.of(Json.readerFor(Kept.class).readValue(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw damaged();
    } catch (IOException e) {
      throw new SignInException(
          "The file %s cannot be read; run this as the user whom the coordinator runs as."
              .formatted(file));
    }
  }

  /** Omits the parser's message, which may quote a secret. */
  private SignInException damaged() {
    return new SignInException(
        "The file %s is damaged; delete it and sign in again with 'baton drive login'."
            .formatted(file));
  }

  private void write(Kept kept) throws SignInException {
    try {
      OwnerOnly.createFolder(file.toAbsolutePath().getParent());
      OwnerOnly.write(file, Json.writer().writeValueAsString(kept) + "\n");
    } catch (IOException e) {
      throw new SignInException(
          "The file %s cannot be written (%s); make its folder writable for this user."
              .formatted(file, e.getClass().getSimpleName()));
    }
  }
}
