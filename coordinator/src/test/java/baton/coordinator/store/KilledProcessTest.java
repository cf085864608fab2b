package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.coordinator.lease.JobStore;
import baton.protocol.Fence;
import baton.protocol.JobId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that commits is killed with SIGKILL at random points; what it acknowledged is there.
 */
@Timeout(120)
class KilledProcessTest {
  private static final int KILLS = 3;

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedSurvivesEveryKill() throws IOException, InterruptedException {
    long seed = Long.getLong("baton.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Acknowledgement> acknowledged = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      acknowledged.addAll(runAndKill("run-" + kill, 1 + random.nextInt(600)));
      String about = "seed %d, kill %d".formatted(seed, kill);
      try (DataDirectory directory = DataDirectory.open(folder);
          JobStore store = new SqlJobStore(SqliteDatabase.open(directory.database()))) {
        acknowledged.forEach(one -> assertIsStored(store, one, about));
        store.newest(10_000).forEach(job -> assertFencesGrow(store, job, about));
      }
    }
  }

  /** Kills once {@code acknowledgements} were read; those on their way count as well. */
  private List<Acknowledgement> runAndKill(String run, int acknowledgements)
      throws IOException, InterruptedException {
    Process process = start(run);
    List<Acknowledgement> read = new ArrayList<>();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Acknowledgement.parse(line).ifPresent(read::add);
        if (read.size() == acknowledgements && process.isAlive()) {
          assertIsTurnedAway(process);
          process.toHandle().destroyForcibly(); // leaves the pipe to be read to its end
        }
      }
    }
    assertThat(process.waitFor()).as("killed by SIGKILL").isEqualTo(128 + 9);
    assertThat(read).hasSizeGreaterThanOrEqualTo(acknowledgements);
    return read;
  }

  private Process start(String run) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CommittingProcess.class.getName(),
            folder.toString(),
            run)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void assertIsTurnedAway(Process holder) {
    assertThatThrownBy(() -> DataDirectory.open(folder))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("(process " + holder.pid() + ")");
  }

  private static void assertIsStored(JobStore store, Acknowledgement one, String about) {
    Job job = store.find(one.job).orElseThrow(() -> new AssertionError(one + " " + about));
    assertThat(job.version()).as("%s %s", one, about).isGreaterThanOrEqualTo(one.version);
    assertThat(job.fence()).as("%s %s", one, about).isGreaterThanOrEqualTo(one.fence);
    if (!one.repeatKey.equals("-")) {
      assertThat(store.answer(one.repeatKey)).as("%s %s", one, about).isPresent();
    }
  }

  /** Record and history are of one transaction: no lease is missing in either (R2). */
  private static void assertFencesGrow(JobStore store, Job job, String about) {
    List<Fence> fences =
        store.history(job.id()).segments().stream().map(SegmentRow::fence).toList();
    assertThat(fences).as("%s %s", job.id(), about).isSorted().doesNotHaveDuplicates();
    assertThat(fences).as("%s %s", job.id(), about).hasSize((int) job.fence().value());
  }

  private record Acknowledgement(JobId job, long version, Fence fence, String repeatKey) {
    /** Empty for a line that the kill cut short. */
    static Optional<Acknowledgement> parse(String line) {
      String[] words = line.split(" ");
      return words.length == 6 && words[0].equals("acked") && words[5].equals(".")
          ? Optional.of(
              new Acknowledgement(
                  new JobId(words[1]),
                  Long.parseLong(words[2]),
                  new Fence(Long.parseLong(words[3])),
                  words[4]))
          : Optional.empty();
    }
  }
}
