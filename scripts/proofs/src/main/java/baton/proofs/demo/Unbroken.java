package baton.proofs.demo;

import baton.cli.process.SiteFailure;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The same job, trained by one worker without interruption, to compare the relay with. */
final class Unbroken {
  private static final Duration MOST = Duration.ofMinutes(5);

  private Unbroken() {}

  /** The digest of the final state. */
  static Sha256 train(DemoSetup stage, long seed, int epochs) {
    stage.say("demo", "trains %d epochs unbroken, to compare with".formatted(epochs));
    JobId job = stage.submit("unbroken", seed, epochs, epochs);
    BlockingQueue<DemoWorker.Word> words = new LinkedBlockingQueue<>();
    long begun = System.nanoTime();
    long firstBatch = 0;
    DemoWorker worker = DemoWorker.enters("unbroken", stage, words);
    try {
      Position last = Position.START;
      while (last.epoch() < epochs) {
        DemoWorker.Word word = next(words, worker);
        Optional<Position> position = word.position();
        if (position.isPresent()) {
          firstBatch = firstBatch == 0 ? System.nanoTime() : firstBatch;
          last = position.get();
        }
      }
      Duration epoch = Duration.ofNanos((System.nanoTime() - firstBatch) / epochs);
      Sha256 digest = stage.site.complete(job).head().stateDigest();
      stage.say(
          "demo",
          "unbroken: %s after %.1f s, an epoch takes %.2f s"
              .formatted(
                  digest.brief(),
                  DemoSetup.seconds(Duration.ofNanos(System.nanoTime() - begun)),
                  DemoSetup.seconds(epoch)));
      return digest;
    } finally {
      worker.kill();
    }
  }

  private static DemoWorker.Word next(BlockingQueue<DemoWorker.Word> words, DemoWorker worker) {
    try {
      DemoWorker.Word word = words.poll(MOST.toSeconds(), TimeUnit.SECONDS);
      if (word == null || (!worker.isAlive() && words.isEmpty())) {
        throw new SiteFailure(
            "the unbroken run ended early" + (word == null ? "" : ": " + word.text()));
      }
      return word;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
  }
}
