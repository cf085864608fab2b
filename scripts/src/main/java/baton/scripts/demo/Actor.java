package baton.scripts.demo;

import baton.protocol.Position;
import baton.scripts.process.JavaProcess;
import baton.worker.WorkerMain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A worker in a process of its own, whose words are put into one queue with those of the others.
 */
final class Actor {
  private static final Pattern BATCH = Pattern.compile("at e(\\d+)-b(\\d+) loss .*");
  private static final Pattern LINE = Pattern.compile("\\d\\d:\\d\\d:\\d\\d +\\S+ +(.*)");

  /** One training thread each, and none that spins: the machine is shared. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "passive");

  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Something an actor said. */
  record Word(Actor actor, String text) {
    /** The position, if this is the report of a batch. */
    Optional<Position> position() {
      Matcher batch = BATCH.matcher(text);
      return batch.matches()
          ? Optional.of(
              new Position(Integer.parseInt(batch.group(1)), Integer.parseInt(batch.group(2))))
          : Optional.empty();
    }

    /** What it says, without the time and the name before it. */
    String plain() {
      Matcher line = LINE.matcher(text);
      return line.matches() ? line.group(1) : text;
    }
  }

  final String name;
  final boolean isPlanned;
  private final JavaProcess process;

  private Actor(String name, Stage stage, Optional<Duration> endsIn, BlockingQueue<Word> words) {
    this.name = name;
    this.isPlanned = endsIn.isPresent();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--coordinator",
                stage.coordinator.uri().toString(),
                "--token-file",
                stage.workerToken().toString(),
                "--name",
                name,
                "--spool",
                stage.spool(name).toString(),
                "--device",
                "cpu",
                "--report-batches"));
    arguments.addAll(stage.store.workerArguments());
    endsIn.ifPresent(end -> arguments.addAll(List.of("--session-ends-in", end.toMillis() + "ms")));
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.putAll(stage.store.workerEnvironment());
    process =
        JavaProcess.start(
            WorkerMain.class,
            FLAGS,
            arguments,
            environment,
            line -> words.add(new Word(this, line)));
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
    process.tellToEnd();
    return process.awaitEnd();
  }

  void kill() {
    process.kill();
  }
}
