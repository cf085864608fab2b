package baton.worker.child;

import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.worker.child.Troubles.Early;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A program that is a command of this worker's, such as {@code python train.py}. */
public final class ChildProgram implements Program {
  static final int PROTOCOL = 1;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final String name;
  private final List<String> command;
  private final Path scratch;
  private final Consumer<String> output;

  /**
   * A command under a name.
   *
   * @param scratch this worker's alone; where the child writes what is to be saved. Best on the
   *     disk of the worker's other files, which then need not be copied
   * @param output told what the child prints, line by line and bounded
   */
  public ChildProgram(String name, List<String> command, Path scratch, Consumer<String> output) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("the program " + name + " needs a command");
    }
    this.name = name;
    this.command = List.copyOf(command);
    this.scratch = scratch.toAbsolutePath();
    this.output = output;
  }

  /**
   * A program as a person names it to a worker: {@code NAME=command}.
   *
   * @throws IllegalArgumentException with a sentence for that person
   */
  public static ChildProgram parse(String text, Path scratch, Consumer<String> output) {
    int sign = text.indexOf('=');
    List<String> words = CommandWords.of(text.substring(sign + 1));
    String name = text.substring(0, Math.max(0, sign));
    if (words.isEmpty() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a program is given as NAME='python train.py', not as " + text);
    }
    return new ChildProgram(name, words, scratch, output);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Run start(Start start) throws TroubleException {
    Child child = Child.start(name, command, scratch, output);
    try {
      return begin(child, start);
    } catch (Throwable e) {
      child.close();
      throw e;
    }
  }

  private Run begin(Child child, Start start) throws TroubleException {
    Early unasked =
        new Early(
            name + " ended without calling baton.resume.",
            "Add the three lines of docs/python.md to the script.");
    if (!(child.hear(start.position(), unasked) instanceof FromChild.Hello hello)) {
      throw new TroubleException(child.brokenProtocol("its first word is not hello"));
    }
    if (hello.version() != PROTOCOL) {
      throw new TroubleException(
          Trouble.program(
              "%s speaks version %d of the program protocol, and this worker version %d."
                  .formatted(name, hello.version(), PROTOCOL),
              "Use the baton.py that the worker delivers, and none of another version."));
    }
    child.say(
        new ToChild.Start(
            PROTOCOL,
            ToChild.Spec.of(start.spec()),
            start.position(),
            start.files().map(files -> files.toAbsolutePath().toString()),
            start.device()));
    Early idle =
        new Early(
            name + " ended without asking for a batch.",
            "Train on what run.batches(loader) gives; see docs/python.md.");
    Position at = start.position();
    if (!(child.hear(at, idle) instanceof FromChild.Ready ready)) {
      throw new TroubleException(child.brokenProtocol("it is told to start and is not ready"));
    }
    return new ChildRun(name, start.spec(), child, ready, at);
  }
}
