package baton.proofs.demo;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.Site;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** The setup of the demo: a folder with a store, a coordinator, and the receiver of its output. */
final class DemoSetup implements AutoCloseable {
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final int BATCHES_BETWEEN_SAVES = 20;

  final StagedStore store;
  final Site site;
  final CoordinatorServer coordinator;
  private final Consumer<String> lines;
  private final long begun = System.nanoTime();

  /** Creates the store in a folder; {@code faults} is told of its faults. */
  interface Opening {
    StagedStore open(Path folder, Consumer<String> faults) throws IOException;
  }

  DemoSetup(Path folder, boolean onDrive, Consumer<String> lines) throws IOException {
    this(folder, onDrive ? DriveOnStage::lent : DirectoryOnStage::in, lines, line -> {});
  }

  /**
   * @param ofCoordinator told of every line that the coordinator prints
   */
  DemoSetup(Path folder, Opening store, Consumer<String> lines, Consumer<String> ofCoordinator)
      throws IOException {
    this.lines = lines;
    this.store = store.open(folder, fault -> say("drive", fault));
    this.site = new Site(folder, this.store.ofCoordinator(), ofCoordinator);
    this.coordinator = site.coordinator();
    Duration took = openOrClose();
    say("coordinator", "ready at %s after %.1f s".formatted(coordinator.uri(), seconds(took)));
  }

  private Duration openOrClose() {
    try {
      return site.open();
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  <T> T ask(String role, Site.Request<T> request) {
    return site.ask(role, request);
  }

  JobId submit(String name, long seed, int epochs, int segmentEpochs) {
    Policy policy =
        Policy.DEFAULT
            .withTtl(TTL)
            .withSegmentEpochs(segmentEpochs)
            .withCadence(new Cadence(BATCHES_BETWEEN_SAVES, Cadence.Unit.BATCHES));
    JobSpec spec = JobSpec.of(name, "digits", epochs).withSeed(seed).withPolicy(policy);
    return site.submit(spec);
  }

  void say(String who, String what) {
    double seconds = seconds(Duration.ofNanos(System.nanoTime() - begun));
    synchronized (lines) {
      lines.accept(String.format(Locale.ROOT, "%6.1f  %-12s %s", seconds, who, what));
    }
  }

  void print(String text) {
    synchronized (lines) {
      lines.accept(text);
    }
  }

  @Override
  public void close() {
    site.close();
    store.close();
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
