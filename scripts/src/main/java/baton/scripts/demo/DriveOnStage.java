package baton.scripts.demo;

import baton.protocol.Json;
import baton.scripts.process.JavaProcess;
import baton.scripts.process.SiteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * A fake Google Drive in a process of its own, which fails as the real one does. Workers sign in to
 * it with application-default credentials, as they would to Google.
 */
final class DriveOnStage implements StagedStore {
  /** In the jar of the worker's fakes, which only the scripts have on their class path. */
  private static final String MAIN = "baton.drive.fake.FakeDriveMain";

  private static final Pattern READY =
      Pattern.compile("DRIVE (\\S+) CLIENT (\\S+) REFRESH (\\S+) ACCESS \\S+");
  private static final Pattern FAULT = Pattern.compile("FAULT (.+)");
  private static final Duration DELAY = Duration.ofMillis(1_200);
  private static final int MOST_SECONDS_TO_START = 60;

  private final JavaProcess process;
  private final CompletableFuture<String> first = new CompletableFuture<>();
  private final Set<String> struck = new TreeSet<>();
  private final Consumer<String> told;
  private final Path credentials;
  private final String address;

  /**
   * Starts it.
   *
   * @param folder for its files and the credentials
   * @param told of every fault
   */
  DriveOnStage(Path folder, Consumer<String> told) throws IOException {
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
    this.credentials = folder.resolve("credentials.json");
    Files.writeString(credentials, credentials(ready.group(2), ready.group(3)));
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
    return List.of("--store", "drive", "--drive-api", address);
  }

  @Override
  public Map<String, String> workerEnvironment() {
    return Map.of("GOOGLE_APPLICATION_CREDENTIALS", credentials.toString());
  }

  @Override
  public Optional<Path> ofCoordinator() {
    return Optional.empty();
  }

  @Override
  public Duration delay() {
    return DELAY;
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
