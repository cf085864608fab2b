package baton.worker.child;

import baton.protocol.NumericProfile;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.worker.child.ChildFailures.Early;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** A program that runs as a command, such as {@code python train.py}. */
public final class ChildProgram implements Program {
  static final int PROTOCOL = 2;
  private static final int SHOWN_OF_COMMAND = 200;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final String name;
  private final List<String> command;
  private final Path scratch;
  private final ChildListener listener;
  private final boolean acceptsNewCode;
  private final Duration betweenSigns;

  /**
   * A command with a name.
   *
   * @param scratch a folder for this worker alone, where the child writes its saves; on the same
   *     disk as the worker's other files they need no copy
   * @param listener receives the child's output, line by line and limited
   */
  public ChildProgram(String name, List<String> command, Path scratch, ChildListener listener) {
    this(name, command, scratch, listener, false, StillStarting.USUAL);
  }

  private ChildProgram(
      String name,
      List<String> command,
      Path scratch,
      ChildListener listener,
      boolean acceptsNewCode,
      Duration betweenSigns) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("the program " + name + " needs a command");
    }
    this.name = name;
    this.command = List.copyOf(command);
    this.scratch = scratch.toAbsolutePath();
    this.listener = listener;
    this.acceptsNewCode = acceptsNewCode;
    this.betweenSigns = betweenSigns;
  }

  /** The same command, which also continues from checkpoints that another script made. */
  public ChildProgram acceptingNewCode() {
    return new ChildProgram(name, command, scratch, listener, true, betweenSigns);
  }

  /**
   * The same command, whose start is reported in other intervals.
   *
   * @param pause the first interval
   */
  ChildProgram tellingOfItsStartEvery(Duration pause) {
    return new ChildProgram(name, command, scratch, listener, acceptsNewCode, pause);
  }

  /**
   * Parses a program as a person names it to a worker: {@code NAME=command}.
   *
   * @param listener gives the listener for a program's name
   * @throws IllegalArgumentException if it is malformed; the message is a sentence for that person
   */
  public static ChildProgram parse(
      String text, Path scratch, Function<String, ChildListener> listener) {
    int sign = text.indexOf('=');
    List<String> words = CommandWords.of(text.substring(sign + 1));
    String name = text.substring(0, Math.max(0, sign));
    if (words.isEmpty() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A program is given as NAME='python train.py', not as " + text);
    }
    return new ChildProgram(name, words, scratch, listener.apply(name));
  }

  /**
   * Checks that the command can be started from this process's working directory.
   *
   * @throws IllegalArgumentException if not; the message is a sentence for the person who named it
   */
  public void requireStartable() {
    String path = new ProcessBuilder().environment().getOrDefault("PATH", "");
    Commands.missing(command, Path.of("").toAbsolutePath(), path)
        .ifPresent(
            missing -> {
              throw new IllegalArgumentException(
                  "The program %s cannot be started: %s. Correct '%s', and start the worker again"
                      .formatted(name, missing, shown(command)));
            });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean comesBackWhenInterrupted() {
    return true;
  }

  @Override
  public Run start(Start start) throws TroubleException {
    listener.told("starts %s …".formatted(shown(command)));
    Child child = Child.start(name, command, start.spec().seed(), scratch, listener);
    try {
      return begin(child, start);
    } catch (Throwable e) {
      child.close();
      throw e;
    }
  }

  private static String shown(List<String> command) {
    String whole = String.join(" ", command);
    return whole.length() <= SHOWN_OF_COMMAND ? whole : whole.substring(0, SHOWN_OF_COMMAND);
  }

  private Run begin(Child child, Start start) throws TroubleException {
    Early unasked =
        new Early(
            name + " ended without calling baton.resume.",
            "Add the three lines of docs/guide/python.md to the script.");
    StillStarting starting = new StillStarting(listener, betweenSigns);
    if (!(child.hearAtStart(starting, start.position(), unasked)
        instanceof FromChild.Hello hello)) {
      throw new TroubleException(child.brokenProtocol("its first word is not hello"));
    }
    if (hello.version() != PROTOCOL) {
      throw new TroubleException(
          Trouble.program(
              "%s speaks version %d of the program protocol, and this worker version %d."
                  .formatted(name, hello.version(), PROTOCOL),
              Child.ANOTHER_LIBRARY));
    }
    child.say(
        new ToChild.Start(
            PROTOCOL,
            ToChild.Spec.of(start.spec()),
            start.position(),
            start.files().map(files -> files.toAbsolutePath().toString()),
            start.data().map(data -> data.toAbsolutePath().toString()),
            start.device()));
    Early idle =
        new Early(
            name + " ended without asking for a batch.",
            "Train on what run.batches(loader) gives; see docs/guide/python.md.");
    Position at = start.position();
    if (!(child.hearAtStart(starting, at, idle) instanceof FromChild.Ready ready)) {
      throw new TroubleException(child.brokenProtocol("it is told to start and is not ready"));
    }
    NumericProfile profile = profile(child, ready);
    ChildHandOver handOver =
        new ChildHandOver(start.spec(), at, new NumericProfile(start.madeBy()), profile);
    if (handOver.hasChanged()) {
      if (!acceptsNewCode && !start.acceptsChange()) {
        throw new TroubleException(handOver.refusal());
      }
      listener.told(handOver.acceptance());
    }
    profile.unsure().ifPresent(why -> listener.told("not known to be exact here: " + why));
    return new ChildRun(name, start.spec(), child, ready, at);
  }

  private static NumericProfile profile(Child child, FromChild.Ready ready)
      throws TroubleException {
    try {
      return new NumericProfile(ready.profile());
    } catch (IllegalArgumentException e) {
      throw new TroubleException(child.brokenProtocol(e.getMessage()), e);
    }
  }
}
