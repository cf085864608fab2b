package baton.proofs.demo;

import baton.protocol.Position;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the workers on a stage say, heard one word after the other. */
record Words(BlockingQueue<DemoWorker.Word> all) {
  private static final int PATIENCE_SECONDS = 90;

  Words() {
    this(new LinkedBlockingQueue<>());
  }

  /** Waits until the worker has trained past {@code position}. */
  void await(DemoWorker worker, Position position) {
    try {
      for (DemoWorker.Word word; (word = all.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) != null; ) {
        boolean past = word.position().filter(at -> at.isAfter(position)).isPresent();
        if (word.actor() == worker && past) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError(worker.name + " did not come to " + position);
  }
}
