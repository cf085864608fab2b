package baton.worker.child;

import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.worker.child.ChildFailures.Early;
import baton.worker.segment.TroubleException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A child process and the conversation with it: if either ends, the reason is reported as one
 * sentence.
 *
 * <p>The folder with the socket is in the worker's scratch folder, which the next worker clears if
 * this one is killed; only this user may enter it. A socket's path must be short, so if the path of
 * the scratch folder is too long, the folder is made among the system's temporary files.
 */
final class Child implements Closeable {
  static final String SOCKET = "BATON_SOCKET";

  /** Files that come first on the child's Python path: the library, and the start-up hook. */
  private static final List<String> LIBRARY = List.of("baton.py", "sitecustomize.py");

  /** The remedy if Python found another baton.py before the worker's. */
  static final String ANOTHER_LIBRARY =
      "Use the baton.py that the worker delivers: if there is one beside the script, take it away.";

  private static final long HASH_SEEDS = 1L << 32;
  private static final String SOCKET_FILE = "socket";

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** The smallest limit of any system, minus the terminator. */
  private static final int LONGEST_SOCKET_PATH = 100;

  private static final Duration TO_SAY_WHY = Duration.ofSeconds(3);
  private static final Duration TO_STOP = Duration.ofSeconds(2);
  private static final Duration TO_WRITE = Duration.ofSeconds(20);

  private final String program;
  private final Path home;
  private final PendingSaves saves;
  private final Output output;
  private final Conversation conversation;
  private final ChildProcess process;

  private Child(
      String program,
      Path home,
      PendingSaves saves,
      Output output,
      Conversation conversation,
      ChildProcess process) {
    this.program = program;
    this.home = home;
    this.saves = saves;
    this.output = output;
    this.conversation = conversation;
    this.process = process;
    process.onExit(
        ended -> {
          // Processes that it left behind would hold the socket and the device.
          ended.kill();
          conversation.drain(TO_SAY_WHY.toMillis());
          saves.end();
        });
  }

  /**
   * Starts {@code command}.
   *
   * @param seed the job's seed, which also seeds Python's hashes
   * @param listener receives its output, and the progress of its start
   */
  static Child start(
      String program, List<String> command, long seed, Path scratch, ChildListener listener)
      throws TroubleException {
    try {
      Path home = home(scratch);
      try {
        return start(
            program, command, seed, home, new PendingSaves(scratch.resolve(program)), listener);
      } catch (IOException e) {
        PendingSaves.deleteAll(home);
        throw e;
      }
    } catch (IOException e) {
      throw new TroubleException(
          Trouble.machine(
              "%s could not be started: %s.".formatted(program, e.getMessage()),
              "Correct the worker's command, or install what it names."),
          e);
    }
  }

  private static Path home(Path scratch) throws IOException {
    Files.createDirectories(scratch);
    int number = 0;
    while (Files.exists(scratch.resolve("c" + number))) {
      number++;
    }
    Path home = scratch.resolve("c" + number);
    int length = home.resolve(SOCKET_FILE).toString().getBytes(StandardCharsets.UTF_8).length;
    return length <= LONGEST_SOCKET_PATH
        ? Files.createDirectory(home, OWNER_ONLY)
        : Files.createTempDirectory("baton-");
  }

  private static Child start(
      String program,
      List<String> command,
      long seed,
      Path home,
      PendingSaves saves,
      ChildListener listener)
      throws IOException {
    Output output = new Output(listener);
    Conversation conversation = new Conversation(home.resolve(SOCKET_FILE), saves::heard);
    try {
      ChildProcess process = ChildProcess.start(command, variables(home, seed), output);
      return new Child(program, home, saves, output, conversation, process);
    } catch (IOException e) {
      conversation.close();
      throw e;
    }
  }

  private static Map<String, String> variables(Path home, long seed) throws IOException {
    Path library = Files.createDirectory(home.resolve("lib"));
    for (String file : LIBRARY) {
      try (InputStream in = Child.class.getResourceAsStream(file)) {
        Files.copy(in, library.resolve(file));
      }
    }
    Map<String, String> variables = new HashMap<>();
    variables.put(SOCKET, home.resolve(SOCKET_FILE).toString());
    variables.put("PYTHONUNBUFFERED", "1");
    variables.put("PYTHONHASHSEED", Long.toString(Math.floorMod(seed, HASH_SEEDS)));
    variables.put("PYTHONPATH", pythonPath(library));
    return variables;
  }

  /** Puts the library before the user's own PYTHONPATH. */
  private static String pythonPath(Path library) {
    String own = new ProcessBuilder().environment().getOrDefault("PYTHONPATH", "");
    return own.isEmpty() ? library.toString() : library + ":" + own;
  }

  void say(ToChild message) throws TroubleException {
    try {
      conversation.say(message);
    } catch (IOException e) {
      // It has closed the socket; earlier messages are read first, then the reason of its end.
    }
  }

  /**
   * Waits for the child's next message.
   *
   * @param at the child's position, for the sentence if this thread is interrupted
   * @param early the sentence and remedy if it ends with exit code 0
   */
  FromChild hear(Position at, Early early) throws TroubleException {
    return hear(conversation::next, at, early);
  }

  /** Waits for the next message of a starting child, and reports the wait meanwhile. */
  FromChild hearAtStart(StillStarting starting, Position at, Early early) throws TroubleException {
    return hear(
        () -> {
          Optional<Conversation.Heard> heard = conversation.next(starting.pause());
          while (heard.isEmpty()) {
            starting.tell();
            heard = conversation.next(starting.pause());
          }
          return heard.get();
        },
        at,
        early);
  }

  /** A way to wait for the next message. */
  private interface Ear {
    Conversation.Heard next() throws InterruptedException;
  }

  private FromChild hear(Ear ear, Position at, Early early) throws TroubleException {
    try {
      Conversation.Heard heard = ear.next();
      if (heard instanceof Conversation.Heard.Message said) {
        if (said.message() instanceof FromChild.Failed failed) {
          process.exitWithin(TO_SAY_WHY);
          throw new TroubleException(failed.trouble(ChildFailures.output(process.lastLines())));
        }
        return said.message();
      }
      throw new TroubleException(
          heard instanceof Conversation.Heard.Nonsense nonsense
              ? brokenProtocol(nonsense.why())
              : ofEnd(early));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.kill();
      throw new TroubleException(
          Trouble.machine("%s was told to stop at %s.".formatted(program, at), "Nothing to do."),
          e);
    }
  }

  private Trouble ofEnd(Early early) throws InterruptedException {
    OptionalInt code = process.exitWithin(TO_SAY_WHY);
    if (code.isEmpty()) {
      process.kill();
      return ChildFailures.cut(program, ChildFailures.output(process.lastLines()));
    }
    return ChildFailures.ofExit(program, code.getAsInt(), process.lastLines(), early);
  }

  /** Kills the child, which sent a message that the protocol does not allow now. */
  Trouble brokenProtocol(String why) {
    process.kill();
    return Trouble.program(
        "%s breaks the program protocol: %s.".formatted(program, why), ANOTHER_LIBRARY);
  }

  PendingSaves saves() {
    return saves;
  }

  void batchDone() {
    output.batchDone();
  }

  long pid() {
    return process.pid();
  }

  /** Asks the child to stop, gives it time to finish its writes, then kills its group. */
  @Override
  public void close() {
    try {
      conversation.say(new ToChild.Stop());
      process.exitWithin(saves.areUnderWay() ? TO_WRITE : TO_STOP);
    } catch (IOException e) {
      // It has closed the socket.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.kill();
    conversation.drain(TO_SAY_WHY.toMillis());
    saves.end();
    process.closeOutput();
    try {
      PendingSaves.deleteAll(home);
    } catch (IOException e) {
      // A few small files remain.
    }
  }
}
