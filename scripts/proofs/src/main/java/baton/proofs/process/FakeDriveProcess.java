package baton.proofs.process;

import baton.cli.process.JavaProcess;
import baton.cli.process.SiteFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fake Google Drive in its own process, with a user who has already consented. */
public final class FakeDriveProcess implements AutoCloseable {
  /** In the jar of the fakes, which only the scripts have on their class path. */
  private static final String MAIN = "baton.storage.drive.fake.FakeDriveMain";

  private static final Pattern READY =
      Pattern.compile("DRIVE (\\S+) CLIENT (\\S+) REFRESH (\\S+) ACCESS (\\S+)");
  private static final Pattern FAULT = Pattern.compile("FAULT (.+)");
  private static final int MOST_SECONDS_TO_START = 60;

  private final CompletableFuture<String> first = new CompletableFuture<>();
  private final Consumer<String> faults;
  private final JavaProcess process;
  private final Matcher ready;

  /**
   * Starts it; returns once it listens.
   *
   * @param folder for its files
   * @param rules a file with the rules of its faults; empty if it has none
   * @param faults told of every fault that strikes
   */
  public FakeDriveProcess(Path folder, Optional<Path> rules, Consumer<String> faults)
      throws IOException {
    this.faults = faults;
    Path files = Files.createDirectory(folder.resolve("drive"));
    List<String> arguments = rules.map(file -> List.of("0", file.toString())).orElse(List.of());
    this.process =
        JavaProcess.start(
            MAIN,
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + files),
            arguments,
            Map.of(),
            this::hear);
    this.ready = READY.matcher(awaitFirst());
    if (!ready.matches()) {
      process.close();
      throw new SiteFailure("the fake Drive did not start; is its jar on the class path?");
    }
  }

  private void hear(String line) {
    if (!first.complete(line)) {
      Matcher fault = FAULT.matcher(line);
      if (fault.matches()) {
        faults.accept(fault.group(1));
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

  /** Its root address, with a slash at the end. */
  public URI address() {
    return URI.create(ready.group(1));
  }

  /** The OAuth client that the user has consented to. */
  public String client() {
    return ready.group(2);
  }

  public String accessToken() {
    return ready.group(4);
  }

  /** Credentials from that consent, for a machine's own sign-in. */
  public MachineCredentials credentials(Path folder) throws IOException {
    return MachineCredentials.in(folder, address(), client(), ready.group(3));
  }

  @Override
  public void close() {
    process.close();
  }
}
