package baton.scripts.demo;

import baton.drive.ConsentFile;
import baton.drive.DriveAccount;
import baton.drive.DriveLogin;
import baton.drive.DriveTime;
import baton.drive.OAuthClient;
import baton.drive.SignInException;
import baton.protocol.Json;
import baton.protocol.StoreId;
import baton.scripts.process.CoordinatorServer;
import baton.scripts.process.JavaProcess;
import baton.scripts.process.SiteFailure;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fake Google Drive in a process of its own, which fails as the real one does. The coordinator is
 * signed in to it and lends its workers access; or each worker signs in with application-default
 * credentials, as it would to Google.
 */
final class DriveOnStage implements StagedStore {
  /** In the jar of the worker's fakes, which only the scripts have on their class path. */
  private static final String MAIN = "baton.drive.fake.FakeDriveMain";

  private static final Pattern READY =
      Pattern.compile("DRIVE (\\S+) CLIENT (\\S+) REFRESH (\\S+) ACCESS \\S+");
  private static final Pattern FAULT = Pattern.compile("FAULT (.+)");
  private static final int MOST_SECONDS_TO_START = 60;

  private final JavaProcess process;
  private final CompletableFuture<String> first = new CompletableFuture<>();
  private final Set<String> struck = new TreeSet<>();
  private final Consumer<String> told;
  private final Optional<Path> credentials;
  private final String address;

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
    Path files = Files.createDirectory(folder.resolve("drive"));
    Path faults = Files.writeString(folder.resolve("faults"), Faults.script());
    this.process =
        JavaProcess.start(
            MAIN,
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + files),
            List.of("0", faults.toString()),
            Map.of(),
            this::hear);
    Matcher ready = READY.matcher(awaitFirst());
    if (!ready.matches()) {
      process.close();
      throw new SiteFailure("the fake Drive did not start: its jar may be missing");
    }
    this.address = ready.group(1);
    if (own) {
      Path file = folder.resolve("credentials.json");
      Files.writeString(file, credentials(ready.group(2), ready.group(3)));
      this.credentials = Optional.of(file);
    } else {
      this.credentials = Optional.empty();
      signIn(new ConsentFile(CoordinatorServer.data(folder)), ready.group(2));
    }
  }

  /** As {@code baton drive login} does it, with somebody who agrees in the browser. */
  private void signIn(ConsentFile file, String client) {
    DriveLogin login =
        new DriveLogin(
            file,
            URI.create(address),
            DriveTime.ofMachine(),
            new Random(),
            () -> new StoreId("store-on-stage"));
    try {
      DriveAccount account =
          login.run(
              new DriveLogin.Wish(new OAuthClient(client, "none"), Optional.empty(), false),
              this::agree);
      told.accept("the coordinator is signed in as " + account.identity());
    } catch (SignInException e) {
      process.close();
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

  private void hear(String line) {
    if (!first.complete(line)) {
      Matcher fault = FAULT.matcher(line);
      if (fault.matches()) {
        synchronized (struck) {
          struck.add(fault.group(1));
        }
        told.accept("goes wrong on purpose: " + fault.group(1));
      }
    }
  }

  private String awaitFirst() {
    try {
      return first.get(MOST_SECONDS_TO_START, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    } catch (ExecutionException | TimeoutException e) {
      return "";
    }
  }

  /** As Google's tools write them, but for where tokens come from. */
  private String credentials(String client, String refreshToken) throws IOException {
    return Json.writer()
        .writeValueAsString(
            Map.of(
                "type",
                "authorized_user",
                "client_id",
                client,
                "client_secret",
                "none",
                "refresh_token",
                refreshToken,
                "token_uri",
                address + "token"));
  }

  @Override
  public List<String> workerArguments() {
    String access = credentials.isPresent() ? "own" : "lent";
    return List.of("--store", "drive", "--drive-access", access, "--drive-api", address);
  }

  @Override
  public Map<String, String> workerEnvironment() {
    return credentials
        .map(file -> Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()))
        .orElse(Map.of());
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
    process.close();
  }
}
