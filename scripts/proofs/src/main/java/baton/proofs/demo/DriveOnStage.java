package baton.proofs.demo;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.SiteFailure;
import baton.proofs.process.FakeDriveProcess;
import baton.proofs.process.MachineCredentials;
import baton.protocol.StoreId;
import baton.storage.StoreTime;
import baton.storage.drive.DriveLogin;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.OAuthClient;
import baton.storage.drive.oauth.SignInException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A fake Google Drive in its own process, which fails as the real one does. The coordinator is
 * signed in to it and lends its workers access; or each worker signs in with application-default
 * credentials, as it would to Google.
 */
final class DriveOnStage implements StagedStore {
  private final Set<String> struck = new TreeSet<>();
  private final Consumer<String> told;
  private final FakeDriveProcess drive;
  private final Optional<MachineCredentials> credentials;

  /** Only the coordinator is signed in. */
  static StagedStore lent(Path folder, Consumer<String> told) throws IOException {
    return new DriveOnStage(folder, false, told);
  }

  /** Only the workers are signed in, each by itself. */
  static StagedStore own(Path folder, Consumer<String> told) throws IOException {
    return new DriveOnStage(folder, true, told);
  }

  /**
   * Starts it.
   *
   * @param folder for its files, the credentials, and the coordinator's data
   * @param told of every fault
   */
  private DriveOnStage(Path folder, boolean own, Consumer<String> told) throws IOException {
    this.told = told;
    Path rules = Files.writeString(folder.resolve("faults"), Faults.script());
    this.drive = new FakeDriveProcess(folder, Optional.of(rules), this::struck);
    this.credentials = own ? Optional.of(drive.credentials(folder)) : Optional.empty();
    if (!own) {
      signIn(new ConsentFile(CoordinatorServer.data(folder)));
    }
  }

  /** Signs in as {@code baton drive login} does, with a user who consents in the browser. */
  private void signIn(ConsentFile file) {
    DriveLogin login =
        new DriveLogin(
            file,
            drive.address(),
            StoreTime.ofMachine(),
            new Random(),
            () -> new StoreId("store-on-stage"));
    try {
      DriveAccount account =
          login.run(
              new DriveLogin.Wish(new OAuthClient(drive.client(), "none"), Optional.empty(), false),
              this::agree);
      told.accept("the coordinator is signed in as " + account.identity());
    } catch (SignInException e) {
      drive.close();
      throw new SiteFailure("nobody could sign in: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
  }

  private void agree(String page, String code, Duration expiresIn) {
    told.accept("somebody types the code %s and agrees".formatted(code));
    URI typed = URI.create(page + "?user=runner@example.com&user_code=" + code);
    try {
      HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(typed).build(), BodyHandlers.discarding());
    } catch (IOException e) {
      throw new SiteFailure("nobody could agree: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
  }

  private void struck(String fault) {
    synchronized (struck) {
      struck.add(fault);
    }
    told.accept("goes wrong on purpose: " + fault);
  }

  @Override
  public List<String> workerArguments() {
    String access = credentials.isPresent() ? "own" : "lent";
    return List.of(
        "--store", "drive", "--drive-access", access, "--drive-api", drive.address().toString());
  }

  @Override
  public Map<String, String> workerEnvironment() {
    return credentials.map(MachineCredentials::environment).orElse(Map.of());
  }

  @Override
  public Optional<Path> ofCoordinator() {
    return Optional.empty();
  }

  @Override
  public List<String> failures() {
    synchronized (struck) {
      return struck.size() < Faults.kinds()
          ? List.of("only %s of %d kinds of faults struck".formatted(struck, Faults.kinds()))
          : List.of();
    }
  }

  @Override
  public void close() {
    drive.close();
  }
}
