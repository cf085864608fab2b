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
  final boolean isPlanned;
  private final WorkerProcess process;

  private Actor(String name, Stage stage, Optional<Duration> endsIn, BlockingQueue<Word> words) {
    this.name = name;
    this.isPlanned = endsIn.isPresent();
    List<String> arguments = new ArrayList<>(stage.store.workerArguments());
    arguments.addAll(List.of("--device", "cpu"));
    endsIn.ifPresent(end -> arguments.addAll(List.of("--session-ends-in", end.toMillis() + "ms")));
    process =
        WorkerProcess.start(
            stage.site,
            name,
            WorkerProcess.Start.of(THREADS, arguments, stage.store.workerEnvironment()),
            said -> words.add(new Word(this, said)));
  }

  static Actor enters(
      String name, Stage stage, Optional<Duration> endsIn, BlockingQueue<Word> words) {
    return new Actor(name, stage, endsIn, words);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM; the exit code, once it has ended in good order. */
  int tellToEnd() {
    return process.tellToEnd();
  }

  void kill() {
    process.kill();
  }
}
