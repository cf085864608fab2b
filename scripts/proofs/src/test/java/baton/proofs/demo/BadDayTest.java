package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of a real worker on real digits, with a real coordinator. */
@Tag("proof")
class BadDayTest {
  private static final int EPOCHS = 30;

  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();
  private final BlockingQueue<DemoWorker.Word> words = new LinkedBlockingQueue<>();
  private DemoSetup stage;
  private JobId job;

  @BeforeEach
  void begin() throws IOException {
    stage = new DemoSetup(folder, false, told::add);
    job = stage.submit("bad-day", 5, EPOCHS, EPOCHS);
  }

  @AfterEach
  void end() {
    stage.close();
  }

  @Test
  void aWorkerToldToEndInMidTrainingSavesCommitsAndReleasesWithinTwentySeconds() {
    DemoWorker worker = enters("anna");
    hear(worker, Position.ofEpochs(2));

    long begun = System.nanoTime();
    worker.tellToEnd();
    int code = worker.awaitEnd();

    assertThat(code).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    SegmentView last = segments().get(segments().size() - 1);
    assertThat(last.ended()).isEqualTo("SESSION_ENDING");
    assertThat(last.to().compareTo(Position.ofEpochs(2))).isNotNegative();
    assertThat(job().head().position()).isEqualTo(last.to());
  }

  @Test
  void aSessionThatKnowsItsEndLeavesBeforeItWithAllThatItTrained() {
    DemoWorker worker =
        DemoWorker.enters("anna", stage, words, "--batch-takes=20ms", "--session-ends-in=10s");

    assertThat(worker.awaitEnd()).isZero();
    SegmentView last = segments().get(segments().size() - 1);
    assertThat(last.ended()).isEqualTo("SESSION_ENDING");
    assertThat(last.to()).isGreaterThan(last.from());
    assertThat(job().head().position()).isEqualTo(last.to());
  }

  @Test
  void aCorruptHeadIsRolledBackToItsParentAndTrainingGoesOn() throws IOException {
    DemoWorker first = enters("anna");
    hear(first, Position.ofEpochs(3));
    Awaitility.await("a head with a parent to go back to")
        .atMost(Duration.ofSeconds(60))
        .until(() -> job().head().parent().isPresent());
    first.kill();
    JobView before = job();
    flipAByteOf(before);

    DemoWorker second = enters("ben");
    hear(second, before.head().position());
    second.tellToEnd();
    second.awaitEnd();

    assertThat(checkpoints())
        .filteredOn(row -> row.state().equalsIgnoreCase("rejected"))
        .extracting(row -> row.checkpoint().digest())
        .containsExactly(before.head().digest());
    Sha256 parent = before.head().parent().orElseThrow();
    assertThat(checkpoints())
        .as("the head moved on from the parent of the rejected one")
        .anyMatch(
            row ->
                row.checkpoint().parent().equals(Optional.of(parent))
                    && !row.checkpoint().digest().equals(before.head().digest()));
    assertThat(job().state()).isIn("WAITING", "RUNNING");
  }

  private DemoWorker enters(String name) {
    return DemoWorker.enters(name, stage, words);
  }

  /** Waits until the worker has trained past {@code position}. */
  private void hear(DemoWorker worker, Position position) {
    List<String> heard = new ArrayList<>();
    try {
      for (DemoWorker.Word word; (word = words.poll(90, TimeUnit.SECONDS)) != null; ) {
        heard.add(word.text());
        boolean past = word.position().filter(at -> at.isAfter(position)).isPresent();
        if (word.actor() == worker && past) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError(worker.name + " did not come to " + position + ": " + heard);
  }

  private void flipAByteOf(JobView view) throws IOException {
    Path file = folder.resolve("store").resolve(view.head().folder()).resolve("model.safetensors");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bytes.length() - 1);
      int last = bytes.read();
      bytes.seek(bytes.length() - 1);
      bytes.write(last ^ 1);
    }
  }

  private JobView job() {
    return stage.ask("viewer", client -> client.job(job));
  }

  private List<SegmentView> segments() {
    return stage.ask("viewer", client -> client.segments(job));
  }

  private List<CheckpointView> checkpoints() {
    return stage.ask("viewer", client -> client.checkpoints(job));
  }
}
