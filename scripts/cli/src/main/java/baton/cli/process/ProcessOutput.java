package baton.cli.process;

import baton.protocol.Position;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line that a worker printed. */
public record ProcessOutput(String text) {
  private static final Pattern BATCH = Pattern.compile("at (e\\d+-b\\d+) loss (\\S+)");
  private static final Pattern LINE = Pattern.compile("\\d\\d:\\d\\d:\\d\\d +\\S+ +(.*)");
  private static final Pattern COMMITTED = Pattern.compile("committed (e\\d+-b\\d+), .*");
  private static final Pattern RESTORED = Pattern.compile("restored (e\\d+-b\\d+)");
  private static final Pattern POSITION = Pattern.compile("e(\\d+)-b(\\d+)");

  /** The position, if this is the report of a batch. */
  public Optional<Position> position() {
    return positionIn(BATCH, text);
  }

  /** The loss, if this is the report of a batch. */
  public Optional<Double> loss() {
    Matcher batch = BATCH.matcher(text);
    return batch.matches() ? Optional.of(Double.valueOf(batch.group(2))) : Optional.empty();
  }

  /** The new head's position, if this line reports a commit. */
  public Optional<Position> committed() {
    return positionIn(COMMITTED, plain());
  }

  /** The head's position, if this line reports that training continues from it. */
  public Optional<Position> restored() {
    return positionIn(RESTORED, plain());
  }

  /** Whether this line reports that the job is complete. */
  public boolean isOfCompletion() {
    return committed().isPresent() && text.endsWith(" is complete");
  }

  /** The text without the time and the name before it. */
  public String plain() {
    Matcher line = LINE.matcher(text);
    return line.matches() ? line.group(1) : text;
  }

  private static Optional<Position> positionIn(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.matches()) {
      return Optional.empty();
    }
    Matcher position = POSITION.matcher(found.group(1));
    return position.matches()
        ? Optional.of(
            new Position(Integer.parseInt(position.group(1)), Integer.parseInt(position.group(2))))
        : Optional.empty();
  }
}
