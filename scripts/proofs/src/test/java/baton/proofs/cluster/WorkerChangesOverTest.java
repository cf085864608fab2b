package baton.proofs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.cli.command.StatusCommand;
import baton.cli.process.JavaProcess;
import baton.cli.process.ProcessOutput;
import baton.proofs.process.EmbeddedBinaries;
import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import baton.worker.WorkerMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A real worker trains on through the death of the coordinator that it talks to. */
@Tag("proof")
class WorkerChangesOverTest {
  private static final Duration TTL = Duration.ofSeconds(6);
  private static final int EPOCHS = 10;
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final List<String> said = new CopyOnWriteArrayList<>();
  private Path folder;
  private ClusterProcesses cluster;

  @BeforeEach
  void start() throws Exception {
    // Not JUnit's own folder: PostgreSQL's user must be able to enter it.
    folder = Files.createTempDirectory("baton-change-over-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    cluster = ClusterProcesses.ofThree(folder, new Loopback(), EmbeddedBinaries.find());
    cluster.start();
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  @Test
  void aWorkerAndTheCommandLineGoOnWhenTheirCoordinatorIsKilledAndTheLeaseStays() throws Exception {
    JobId job = cluster.client("admin").submit(spec(), Optional.empty()).id();
    try (JavaProcess worker = worker()) {
      await().atMost(Duration.ofSeconds(90)).until(() -> committed() >= 1);
      assertThat(log()).contains("member-1 ").containsPattern("member-1 .*lease 1 to runner");
      CompletableFuture<Asked> rival = rival(cluster.client("viewer").job(job));

      cluster.members().get(0).kill();
      int before = committed();
      StringWriter told = new StringWriter();
      Path viewer = Files.writeString(folder.resolve("viewer"), cluster.token("viewer"));
      assertThat(
              new CommandLine(new StatusCommand())
                  .setOut(new PrintWriter(told))
                  .execute("--coordinator", addresses(), "--token-file", viewer.toString()))
          .isZero();
      assertThat(told.toString()).contains("relay", "RUNNING");

      assertThat(worker.awaitEnd()).as(String.join("\n", said)).isZero();
      assertThat(committed()).as(String.join("\n", said)).isGreaterThan(before);
      assertThat(rival.get()).as("who waits for the job").isInstanceOf(Asked.Nothing.class);
    }

    CoordinatorClient left = cluster.client("viewer", cluster.members().get(2));
    assertThat(left.job(job).state()).isEqualTo("COMPLETE");
    assertThat(left.segments(job))
        .as("one lease from the first batch to the last")
        .extracting(SegmentView::fence)
        .containsOnly(new Fence(1));
  }

  private static JobSpec spec() {
    Policy policy =
        Policy.DEFAULT.withTtl(TTL).withSegmentEpochs(EPOCHS).withCadence(Cadence.EVERY_EPOCH);
    return JobSpec.of("relay", "digits", EPOCHS).withSeed(7).withPolicy(policy);
  }

  private JavaProcess worker() throws IOException {
    Path token = Files.writeString(folder.resolve("worker"), cluster.token("worker"));
    Path store = Files.createDirectory(folder.resolve("store"));
    return JavaProcess.start(
        WorkerMain.class,
        FLAGS,
        List.of(
            "--coordinator",
            addresses(),
            "--token-file",
            token.toString(),
            "--store-dir",
            store.toString(),
            "--spool",
            folder.resolve("spool").toString(),
            "--name",
            "runner",
            "--threads",
            "1",
            "--batch-takes",
            "30ms",
            "--once"),
        Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "passive"),
        said::add);
  }

  /** The first of them is the one that is talked to. */
  private String addresses() {
    return cluster.members().stream()
        .map(member -> member.uri().toString())
        .collect(Collectors.joining(","));
  }

  private int committed() {
    return (int)
        said.stream().filter(line -> new ProcessOutput(line).committed().isPresent()).count();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("members.log"));
  }

  /** Somebody who would have the job at once if its lease ran out, at a member that lives on. */
  private CompletableFuture<Asked> rival(JobView job) {
    Ask ask =
        Ask.of(
                Sha256.ofText("a rival's secret"),
                new SessionId("rival"),
                "rival",
                Set.of("digits"),
                Set.of(job.store()),
                "cpu")
            .reading(Manifest.FORMAT);
    CoordinatorClient asks = cluster.client("worker", cluster.members().get(1));
    CoordinatorClient looks = cluster.client("viewer", cluster.members().get(1));
    return CompletableFuture.supplyAsync(() -> askUntilItIsOver(asks, looks, ask, job.id()));
  }

  private static Asked askUntilItIsOver(
      CoordinatorClient asks, CoordinatorClient looks, Ask ask, JobId job) {
    while (true) {
      try {
        Asked asked = asks.lease(ask, Duration.ofSeconds(2));
        if (asked instanceof Asked.Leased || looks.job(job).state().equals("COMPLETE")) {
          return asked;
        }
      } catch (ProblemException | UnreachableException e) {
        // it may be cut off until it has noticed that the other one is gone
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
