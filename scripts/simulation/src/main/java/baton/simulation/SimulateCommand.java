package baton.simulation;

import baton.protocol.Cadence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code simulate}: a long job on short sessions, on a virtual clock. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Plays a long job on short sessions, with the real rules on a virtual clock.")
public final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--job-hours", defaultValue = "24", description = "Default: ${DEFAULT-VALUE}")
  private double jobHours;

  @Option(
      names = "--session-hours",
      defaultValue = "4",
      description = "How long a session lasts, known to it. Default: ${DEFAULT-VALUE}")
  private double sessionHours;

  @Option(
      names = "--kill-hours",
      defaultValue = "8",
      description = "Mean time between kills without a word; 0: none. Default: ${DEFAULT-VALUE}")
  private double killHours;

  @Option(
      names = "--restart-minutes",
      defaultValue = "5",
      description = "Until a person starts the next session. Default: ${DEFAULT-VALUE}")
  private double restartMinutes;

  @Option(names = "--epoch-minutes", defaultValue = "12", description = "Default: ${DEFAULT-VALUE}")
  private double epochMinutes;

  @Option(
      names = "--save-minutes",
      description = "Between two saves. Default: as often as measured costs and losses make best")
  private Double saveMinutes;

  @Option(
      names = "--stall-seconds",
      defaultValue = "0.1",
      description = "How long training stands still for a save. Default: ${DEFAULT-VALUE}")
  private double stallSeconds;

  @Option(
      names = "--checkpoint-mb",
      defaultValue = "300",
      description = "Default: ${DEFAULT-VALUE}")
  private int checkpointMegabytes;

  @Option(
      names = "--mb-per-second",
      defaultValue = "40",
      description = "Up and down. Default: ${DEFAULT-VALUE}")
  private double megabytesPerSecond;

  @Option(
      names = "--workers",
      defaultValue = "1",
      description = "Sessions side by side. Default: ${DEFAULT-VALUE}")
  private int workers;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "When real machines came and went; then sessions are those.")
  private Path trace;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
  private long seed;

  @Override
  public Integer call() {
    require(jobHours > 0 && sessionHours > 0 && epochMinutes > 0, "hours and minutes");
    require(saveMinutes == null || saveMinutes > 0, "the time between two saves");
    require(stallSeconds >= 0, "the time to stand still");
    require(killHours >= 0 && restartMinutes >= 0, "hours and minutes");
    require(megabytesPerSecond > 0 && checkpointMegabytes > 0 && workers > 0, "sizes and counts");
    require(jobHours * 60 >= epochMinutes, "the job, which is no shorter than an epoch");
    PrintWriter out = spec.commandLine().getOut();
    Day.Plan plan =
        new Day.Plan(
            minutes(jobHours * 60),
            minutes(sessionHours * 60),
            killHours == 0 ? Optional.empty() : Optional.of(minutes(killHours * 60)),
            minutes(restartMinutes),
            minutes(epochMinutes),
            cadence(),
            Duration.ofMillis((long) (stallSeconds * 1_000)),
            checkpointMegabytes,
            megabytesPerSecond,
            workers,
            Optional.ofNullable(trace).map(this::read));
    out.println("  time  lease     worker            from      to          held    how it ended");
    Day.Summary day = play(plan, out);
    out.println(day.split());
    day.comparison().ifPresent(out::println);
    out.println(day.verdict());
    out.flush();
    return 0;
  }

  private Day.Summary play(Day.Plan plan, PrintWriter out) {
    try {
      return Day.play(plan, seed, out::println);
    } catch (IllegalArgumentException impossible) {
      throw wrong(impossible.getMessage());
    }
  }

  private Cadence cadence() {
    return saveMinutes == null
        ? Cadence.AUTO
        : new Cadence(Math.max(1, (int) (saveMinutes * 60)), Cadence.Unit.SECONDS);
  }

  private List<Trace.Change> read(Path file) {
    try {
      return Trace.read(file);
    } catch (IOException e) {
      throw wrong("The trace %s cannot be read.".formatted(file));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private void require(boolean held, String what) {
    if (!held) {
      throw wrong("Not possible: " + what + " must be greater than zero.");
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private static Duration minutes(double minutes) {
    return Duration.ofMillis((long) (minutes * 60_000));
  }
}
