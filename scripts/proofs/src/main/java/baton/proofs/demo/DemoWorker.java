package baton.proofs.demo;

import baton.cli.process.ProcessOutput;
import baton.cli.process.WorkerProcess;
import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;

/** A worker of the demo; the output of all workers goes into one queue. */
final class DemoWorker {
  private static final int THREADS = 1;

  /** A line of a worker's output. */
  record Word(DemoWorker actor, ProcessOutput said) {
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

  private DemoWorker(String name, DemoSetup stage, BlockingQueue<Word> words, String... more) {
    this.name = name;
    List<String> arguments = new ArrayList<>(stage.store.workerArguments());
    arguments.addAll(List.of("--device", "cpu"));
    arguments.addAll(List.of(more));
    process =
        WorkerProcess.start(
            stage.site,
            name,
            WorkerProcess.Start.of(THREADS, arguments, stage.store.workerEnvironment()),
            said -> words.add(new Word(this, said)));
  }

  /**
   * Starts it.
   *
   * @param more additional arguments of the worker
   */
  static DemoWorker enters(
      String name, DemoSetup stage, BlockingQueue<Word> words, String... more) {
    return new DemoWorker(name, stage, words, more);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM: it saves, commits and releases; returns at once. */
  void tellToEnd() {
    process.tellToEnd();
  }

  /** Its exit code, once it has ended and all its output was read. */
  int awaitEnd() {
    return process.awaitEnd();
  }

  void kill() {
    process.kill();
  }
}
