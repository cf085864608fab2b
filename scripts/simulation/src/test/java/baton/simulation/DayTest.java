package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Cadence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long job on short sessions, in virtual time. */
class DayTest {
  private final List<String> lines = new ArrayList<>();

  @Test
  void aDayInFourHourSessionsIsMostlyTraining() {
    Day.Summary day =
        Day.play(plan(Optional.of(Duration.ofHours(8)), Optional.empty()), 1, lines::add);

    assertThat(day.goodput()).isBetween(0.90, 1.0);
    assertThat(day.lost()).isLessThan(Duration.ofMinutes(30));
    assertThat(lines).hasSizeGreaterThanOrEqualTo(day.sessions());
    assertThat(lines.get(lines.size() - 1)).contains("e120-b0").endsWith("complete");
  }

  @Test
  void theSameSeedPlaysTheSameDay() {
    Day.Plan plan = plan(Optional.of(Duration.ofHours(3)), Optional.empty());

    assertThat(Day.play(plan, 5, lines::add)).isEqualTo(Day.play(plan, 5, line -> {}));
    assertThat(Day.play(plan, 6, line -> {})).isNotEqualTo(Day.play(plan, 5, line -> {}));
  }

  @Test
  void sessionsThatKnowTheirEndLoseNothing() {
    Day.Summary day = Day.play(plan(Optional.empty(), Optional.empty()), 1, lines::add);

    assertThat(day.lost()).isZero();
  }

  @Test
  void allOfTheTimeIsAccountedFor() {
    Day.Summary day =
        Day.play(plan(Optional.of(Duration.ofHours(3)), Optional.empty()), 1, lines::add);

    assertThat(day.time().values().stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(day.wall());
    assertThat(day.time().get(TimeSplit.Part.TRAIN)).isEqualTo(Duration.ofHours(24));
    assertThat(day.lost()).isEqualTo(day.time().get(TimeSplit.Part.LOST)).isPositive();
    assertThat(
            Pattern.compile("[0-9.]+(?= %)")
                .matcher(day.split())
                .results()
                .mapToInt(part -> (int) Math.round(Double.parseDouble(part.group()) * 10))
                .sum())
        .as(day.split())
        .isEqualTo(1_000);
  }

  @Test
  void aTransferThatTakesLongerThanAnyPhaseMayStandStillIsNoStall() {
    Day.Summary day = Day.play(large(Duration.ofHours(4), Duration.ofHours(6)), 1, lines::add);

    assertThat(day.wall()).as("a 5 GB checkpoint at 2 MB/s").isLessThan(Duration.ofHours(16));
    assertThat(lines).noneMatch(line -> line.endsWith("stalled"));
  }

  @Test
  void aSessionLeavesOnceAndTheJobsEndWaitsForNoOtherSave() {
    Day.Summary day = Day.play(large(Duration.ofHours(4), Duration.ofHours(24)), 1, lines::add);

    assertThat(day.wall())
        .as("9 restores and 10 last saves of 42 min each, and 24 h of training: 37.5 h")
        .isLessThan(Duration.ofMinutes(37 * 60 + 36));
    assertThat(day.oracle().orElseThrow())
        .isBetween(day.wall().minus(Duration.ofMinutes(5)), day.wall());
    assertThat(day.lost()).isZero();
  }

  @Test
  void aJobThatNoSessionCouldCarryIsToldInASentence() {
    assertThatThrownBy(
            () -> Day.play(large(Duration.ofHours(1), Duration.ofHours(6)), 1, lines::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "This checkpoint needs 41 min 40 s to upload; sessions of 1.0 h cannot carry it: ");
  }

  /** A checkpoint of 5 GB at 2 MB/s, in sessions that know their end. */
  private static Day.Plan large(Duration session, Duration job) {
    return new Day.Plan(
        job,
        session,
        Optional.empty(),
        Duration.ZERO,
        Duration.ofMinutes(20),
        Cadence.AUTO,
        Duration.ofMillis(2_700),
        5_000,
        2,
        1,
        Optional.empty());
  }

  @Test
  void aTraceIsPlayedAgainUntilTheJobIsDone(@TempDir Path folder) throws IOException {
    Path trace =
        write(
            folder, "0,add,node1\n3600000,add,node2\n7200000,remove,node1\n9000000,remove,node2\n");

    Day.Summary day =
        Day.play(plan(Optional.empty(), Optional.of(Trace.read(trace))), 1, lines::add);

    assertThat(day.sessions()).isGreaterThan(10);
    assertThat(lines).anyMatch(line -> line.endsWith("killed"));
  }

  @Test
  void countsOfMachinesAndLengthsOfSessionsAreTracesToo(@TempDir Path folder) throws IOException {
    assertThat(Trace.read(write(folder, "0.0,0\n0.5,2\n1.0,1\n")))
        .containsExactly(
            new Trace.Change(Duration.ofMinutes(30), true, "node-0"),
            new Trace.Change(Duration.ofMinutes(30), true, "node-1"),
            new Trace.Change(Duration.ofMinutes(60), false, "node-1"));
    assertThat(Trace.read(write(folder, "date,observed_hours,tier\n2024-02-16,1.5,free\n")))
        .containsExactly(
            new Trace.Change(Duration.ZERO, true, "session-1"),
            new Trace.Change(Duration.ofMinutes(90), false, "session-1"));
    assertThat(Trace.read(write(folder, "2021-12-11, 11:11:30, 1\n2021-12-11, 11:13:30, 0\n")))
        .containsExactly(
            new Trace.Change(Duration.ZERO, true, "node-0"),
            new Trace.Change(Duration.ofMinutes(2), false, "node-0"));
  }

  @Test
  void aLineThatIsNoTraceIsNamed(@TempDir Path folder) throws IOException {
    Path trace = write(folder, "0,add,node1\nsoon,add,node2\n");

    assertThatThrownBy(() -> Trace.read(trace))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 2 of trace.csv is not understood: soon,add,node2");
  }

  @Test
  void leftToItselfAJobSavesAsOftenAsPaysOnEachOfThreeKindsOfSessions() {
    for (Duration mean :
        List.of(Duration.ofMinutes(20), Duration.ofHours(2), Duration.ofHours(8))) {
      double auto = goodput(mean, Cadence.AUTO);
      for (int seconds : List.of(15, 300, 1_800)) {
        assertThat(auto)
            .as("sessions of %s, against a save every %d s", mean, seconds)
            .isGreaterThan(goodput(mean, new Cadence(seconds, Cadence.Unit.SECONDS)) - 0.02);
      }
    }
  }

  /** Averaged over seeds, with saves that cost three seconds. */
  private static double goodput(Duration killEvery, Cadence cadence) {
    return LongStream.rangeClosed(1, 3)
        .mapToDouble(
            seed ->
                Day.play(
                        plan(
                            Duration.ofHours(8),
                            Optional.of(killEvery),
                            Optional.empty(),
                            cadence,
                            Duration.ofSeconds(3)),
                        seed,
                        line -> {})
                    .goodput())
        .average()
        .orElseThrow();
  }

  private static Path write(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("trace.csv"), text);
  }

  private static Day.Plan plan(Optional<Duration> killEvery, Optional<List<Trace.Change>> trace) {
    return plan(
        Duration.ofHours(24),
        killEvery,
        trace,
        new Cadence(300, Cadence.Unit.SECONDS),
        Duration.ofMillis(100));
  }

  private static Day.Plan plan(
      Duration job,
      Optional<Duration> killEvery,
      Optional<List<Trace.Change>> trace,
      Cadence cadence,
      Duration stall) {
    return new Day.Plan(
        job,
        Duration.ofHours(4),
        killEvery,
        Duration.ofMinutes(5),
        Duration.ofMinutes(12),
        cadence,
        stall,
        300,
        40,
        1,
        trace);
  }
}
