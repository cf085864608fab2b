package baton.scripts.demo;

import baton.protocol.Position;
import baton.scripts.process.Said;
import baton.scripts.process.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;

/** A worker of the demo, whose words are put into one queue with those of the others. */
final class Actor {
  private static final int THREADS = 1;

  /** Something an actor said. */
  record Word(Actor actor, Said said) {
    Optional<Position> position() {
      return said.position();
    }

    String plain() {
      return said.plain();
    }

    String text() {
      return said.text();
    }
  }

  final String name;
  private final WorkerProcess process;

  private Actor(String name, Stage stage, Duration leastPerBatch, BlockingQueue<Word> words) {
    this.name = name;
    List<String> arguments = new ArrayList<>(stage.store.workerArguments());
    arguments.addAll(List.of("--device", "cpu"));
    arguments.addAll(List.of("--batch-takes", leastPerBatch.toMillis() + "ms"));
    process =
        WorkerProcess.start(
            stage.site,
            name,
            WorkerProcess.Start.of(THREADS, arguments, stage.store.workerEnvironment()),
            said -> words.add(new Word(this, said)));
  }

  /** A worker that trains as fast as it can. */
  static Actor enters(String name, Stage stage, BlockingQueue<Word> words) {
    return enters(name, stage, Duration.ZERO, words);
  }

  static Actor enters(String name, Stage stage, Duration leastPerBatch, BlockingQueue<Word> words) {
    return new Actor(name, stage, leastPerBatch, words);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM: it saves, commits and releases; returns at once. */
  void tellToEnd() {
    process.tellToEnd();
  }

  /** Its exit code, once it has ended and all it said was heard. */
  int awaitEnd() {
    return process.awaitEnd();
  }

  void kill() {
    process.kill();
  }
}
