package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Walks every command in every state. The table is the specification: a state is what the job
 * becomes, {@code =} an answer that changes nothing, {@code !} a refusal. A command that is not in
 * it fails the test.
 */
class TransitionTest {
  private static final String TABLE =
      """
      command              | WAITING       | RUNNING      | PAUSING      | PAUSED        | COMPLETE      | FAILED        | CANCELLED
      Acquire              | RUNNING       | !LEASE_HELD  | !NOT_WAITING | !NOT_WAITING  | !NOT_WAITING  | !NOT_WAITING  | !NOT_WAITING
      Acquire, run out     | RUNNING       | RUNNING      | !NOT_WAITING | !NOT_WAITING  | !NOT_WAITING  | !NOT_WAITING  | !NOT_WAITING
      Renew                | =STOP         | =GO_ON       | =CHECKPOINT_AND_RELEASE | =STOP | =STOP      | =STOP         | =STOP
      Commit               | !STALE_FENCE  | RUNNING      | PAUSING      | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Commit, the last     | !STALE_FENCE  | COMPLETE     | COMPLETE     | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Release              | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Fail, the first      | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Fail, the third      | !STALE_FENCE  | FAILED       | FAILED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Fail, of the machine | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Reject, proven       | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Reject, nothing left | !STALE_FENCE  | PAUSED       | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Reject, unproven     | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Miss, sure           | !STALE_FENCE  | PAUSED       | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      Miss, not sure       | !STALE_FENCE  | WAITING      | PAUSED       | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE  | !STALE_FENCE
      MakeRoom             | WAITING       | RUNNING      | PAUSING      | PAUSED        | COMPLETE      | FAILED        | CANCELLED
      MakeRoom, no surplus | =WAITING      | =RUNNING     | =PAUSING     | =PAUSED       | =COMPLETE     | =FAILED       | =CANCELLED
      Expire               | =WAITING      | =RUNNING     | PAUSED       | =PAUSED       | =COMPLETE     | =FAILED       | =CANCELLED
      Stall                | =WAITING      | WAITING      | PAUSED       | =PAUSED       | =COMPLETE     | =FAILED       | =CANCELLED
      Stall, too often     | =WAITING      | PAUSED       | PAUSED       | =PAUSED       | =COMPLETE     | =FAILED       | =CANCELLED
      Pause                | PAUSED        | PAUSING      | =PAUSING     | =PAUSED       | !JOB_OVER     | !JOB_OVER     | !JOB_OVER
      Pause, run out       | PAUSED        | PAUSED       | =PAUSING     | =PAUSED       | !JOB_OVER     | !JOB_OVER     | !JOB_OVER
      Resume               | =WAITING      | =RUNNING     | RUNNING      | WAITING       | !JOB_OVER     | WAITING       | !JOB_OVER
      Resume, accepting    | WAITING       | RUNNING      | RUNNING      | WAITING       | !JOB_OVER     | WAITING       | !JOB_OVER
      Cancel               | CANCELLED     | CANCELLED    | CANCELLED    | CANCELLED     | !JOB_OVER     | CANCELLED     | =CANCELLED
      Restore              | WAITING       | WAITING      | PAUSED       | PAUSED        | COMPLETE      | FAILED        | CANCELLED
      Restore, none whole  | PAUSED        | PAUSED       | PAUSED       | PAUSED        | COMPLETE      | FAILED        | CANCELLED
      """;

  private static final Trouble NAN = Trouble.program("the loss is NaN at e2-b7", "Lower the rate.");

  /** How each row of the table is made: a job brought into place, and the command for it. */
  private static final Map<String, Function<Job, Step>> ROWS = rows();

  private record Step(Job job, Command command) {}

  private static Map<String, Function<Job, Step>> rows() {
    Map<String, Function<Job, Step>> rows = new LinkedHashMap<>();
    rows.put("Acquire", job -> new Step(job, acquire(Optional.empty())));
    rows.put("Acquire, run out", job -> new Step(job, acquire(Optional.of(job.fence()))));
    rows.put("Renew", job -> new Step(job, new Renew(job.fence(), secretOf(job), Position.START)));
    rows.put("Commit", job -> new Step(job, commit(job, 3, 0)));
    rows.put("Commit, the last", job -> new Step(job, commit(job, 6, 0)));
    rows.put("Release", job -> new Step(job, new Release(job.fence(), secretOf(job), false)));
    rows.put("Fail, the first", job -> new Step(job, fail(job, NAN)));
    rows.put("Fail, the third", job -> new Step(failedBefore(job), fail(job, NAN)));
    rows.put(
        "Fail, of the machine",
        job -> new Step(job, fail(job, Trouble.machine("out of memory", "Use a larger GPU."))));
    rows.put("Reject, proven", job -> new Step(job, reject(job, OwnCheck.CORRUPT)));
    rows.put(
        "Reject, nothing left",
        job -> {
          Job oneLeft = withChain(job, 1);
          return new Step(oneLeft, reject(oneLeft, OwnCheck.CORRUPT));
        });
    rows.put("Reject, unproven", job -> new Step(job, reject(job, OwnCheck.NOT_MADE)));
    rows.put("Miss, sure", job -> new Step(job, miss(job, OwnCheck.MISSING)));
    rows.put("Miss, not sure", job -> new Step(job, miss(job, OwnCheck.NOT_MADE)));
    rows.put("MakeRoom", job -> new Step(keepingOneMore(job), new MakeRoom()));
    rows.put("MakeRoom, no surplus", job -> new Step(job, new MakeRoom()));
    rows.put("Expire", job -> new Step(job, new Expire(job.fence())));
    rows.put("Stall", job -> new Step(job, new Stall(job.fence(), Phase.TRAIN)));
    rows.put(
        "Stall, too often",
        job ->
            new Step(
                job.change().budget(job.budget().stalled()).answer(null).changed().orElseThrow(),
                new Stall(job.fence(), Phase.TRAIN)));
    rows.put("Pause", job -> new Step(job, new Pause(Optional.empty())));
    rows.put("Pause, run out", job -> new Step(job, new Pause(Optional.of(job.fence()))));
    rows.put("Resume", job -> new Step(job, new Resume(false, Optional.empty())));
    rows.put("Resume, accepting", job -> new Step(job, new Resume(true, Optional.empty())));
    rows.put("Cancel", job -> new Step(job, new Cancel()));
    rows.put("Restore", job -> new Step(job, Samples.restore(job.fence().incarnation() + 1, job)));
    rows.put(
        "Restore, none whole",
        job ->
            new Step(
                job,
                new RestoreJob(
                    job.fence().incarnation() + 1, Optional.of(RecoveredJob.NOTHING), Set.of())));
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> everyCommandInEveryState() {
    return table().entrySet().stream()
        .flatMap(
            row ->
                row.getValue().entrySet().stream()
                    .map(
                        cell ->
                            DynamicTest.dynamicTest(
                                row.getKey() + " in " + cell.getKey(),
                                () ->
                                    assertThat(walk(row.getKey(), cell.getKey()))
                                        .isEqualTo(cell.getValue()))));
  }

  @Test
  void noPairOfStateAndCommandIsLeftOut() {
    var walked = new TreeSet<String>();
    table()
        .forEach(
            (row, cells) ->
                cells
                    .keySet()
                    .forEach(
                        state ->
                            walked.add(
                                step(row, state).command().getClass().getSimpleName()
                                    + " in "
                                    + state)));
    var all =
        Arrays.stream(Command.class.getPermittedSubclasses())
            .flatMap(
                command ->
                    Arrays.stream(JobState.values())
                        .map(state -> command.getSimpleName() + " in " + state))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(walked).isEqualTo(all);
  }

  @Test
  void theDiagramInTheDocsIsDrawnFromTheTable() throws IOException {
    Map<String, List<String>> arrows = new TreeMap<>();
    table()
        .forEach(
            (row, cells) ->
                cells.forEach(
                    (state, cell) -> {
                      if (Character.isLetter(cell.charAt(0)) && !cell.equals(state.name())) {
                        arrows
                            .computeIfAbsent(
                                "    " + state + " --> " + cell, arrow -> new ArrayList<>())
                            .add(row.toLowerCase(java.util.Locale.ROOT));
                      }
                    }));
    String diagram =
        "# The states of a job\n\nMade by `TransitionTest`; do not edit.\n\n```mermaid\n"
            + "stateDiagram-v2\n    [*] --> WAITING: submit\n"
            + arrows.entrySet().stream()
                .map(arrow -> arrow.getKey() + ": " + String.join(" · ", arrow.getValue()) + "\n")
                .collect(Collectors.joining())
            + "    COMPLETE --> [*]\n"
            + "    CANCELLED --> [*]\n"
            + "```\n\n"
            + "A state is what the job becomes, `=` an answer that changes nothing, `!` a"
            + " refusal.\n\n"
            + TABLE
                .lines()
                .map(line -> "| " + line + " |\n")
                .collect(Collectors.joining())
                .replaceFirst("\n", "\n" + "|---".repeat(8) + "|\n");
    Path file = Path.of("..", "docs", "reference", "job-states.md");
    if (Boolean.getBoolean("baton.write")) {
      Files.writeString(file, diagram);
    }

    assertThat(file).as("rewrite it with -Dbaton.write=true").hasContent(diagram);
  }

  private static String walk(String row, JobState state) {
    Step step = step(row, state);
    Decision decision = step.command().decide(step.job(), NOON);
    assertThat(step.command().decide(step.job(), NOON))
        .as("a decision taken twice is the same")
        .isEqualTo(decision);
    if (decision.outcome() instanceof Outcome.Refused refused) {
      assertThat(decision.changed()).isEmpty();
      assertThat(refused.detail()).isNotBlank();
      return "!" + refused.why();
    }
    if (decision.changed().isEmpty()) {
      return decision.outcome() instanceof Outcome.Renewed renewed
          ? "=" + renewed.directive()
          : "=" + ((Outcome.Now) decision.outcome()).state();
    }
    Job changed = decision.changed().get();
    assertThat(changed.version()).isGreaterThan(step.job().version());
    assertThat(decision.rows()).as("every change leaves a trace").isNotEmpty();
    assertThat(changed.fence()).isGreaterThanOrEqualTo(step.job().fence());
    return changed.state().name();
  }

  private static Step step(String row, JobState state) {
    return ROWS.get(row).apply(inState(state));
  }

  /**
   * A job that came into {@code state} by commands, with two checkpoints where it can have them.
   */
  private static Job inState(JobState state) {
    Job running = withChain(leasedTo("anna", waiting()), 2);
    return switch (state) {
      case WAITING -> after(running, new Release(running.fence(), secretOf(running), false));
      case RUNNING -> running;
      case PAUSING -> after(running, new Pause(Optional.empty()));
      case PAUSED -> after(running, new Pause(Optional.of(running.fence())));
      case COMPLETE -> after(running, commit(running, 6, 0));
      case FAILED -> after(failedBefore(running), fail(running, NAN));
      case CANCELLED -> after(running, new Cancel());
    };
  }

  /** The job with so many checkpoints; one without a lease, which cannot commit, stays as it is. */
  private static Job withChain(Job job, int length) {
    if (job.lease().isEmpty()) {
      return job;
    }
    if (job.chain().size() > length) {
      return job.change()
          .keep(
              new RetainedSet(job.chain().subList(0, length), Map.of()),
              length == 0 ? Certificate.NONE : job.certificate())
          .answer(null)
          .changed()
          .orElseThrow();
    }
    Job grown = job;
    for (int epoch = job.chain().size() + 1; epoch <= length; epoch++) {
      grown = after(grown, commit(grown, epoch, 0));
    }
    return grown;
  }

  /** The same error was met by two sessions before, at this head. */
  private static Job failedBefore(Job job) {
    Budget budget =
        job.budget()
            .failed(Samples.ask("ben").session(), "the loss is NaN at e2-b1")
            .failed(Samples.ask("cleo").session(), "the loss is NaN at e2-b9");
    return job.change().budget(budget).answer(null).changed().orElseThrow();
  }

  private static Acquire acquire(Optional<Fence> ranOut) {
    return new Acquire(Samples.ask("dora"), ranOut, Duration.ZERO, Optional.empty());
  }

  private static Fail fail(Job job, Trouble trouble) {
    return new Fail(job.fence(), secretOf(job), trouble);
  }

  private static ReportCorrupt reject(Job job, OwnCheck check) {
    return new ReportCorrupt(job.fence(), secretOf(job), Samples.corrupt(job), check);
  }

  private static ReportMissing miss(Job job, OwnCheck check) {
    Trouble gone = Trouble.gone(Samples.corrupt(job).rejected().orElseThrow(), "gone", "Find it.");
    return new ReportMissing(job.fence(), secretOf(job), gone, check);
  }

  /** The job with a third checkpoint, behind its head and the head's parent. */
  private static Job keepingOneMore(Job job) {
    List<Checkpoint> kept = new ArrayList<>(job.chain());
    kept.add(Samples.checkpoint(Optional.empty(), new Position(0, 1), new Fence(1)));
    return job.change()
        .keep(new RetainedSet(kept, Map.of()), job.certificate())
        .answer(null)
        .changed()
        .orElseThrow();
  }

  private static Map<String, Map<JobState, String>> table() {
    List<String> lines = TABLE.lines().toList();
    List<String> states = cells(lines.get(0));
    Map<String, Map<JobState, String>> table = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = cells(line);
      Map<JobState, String> row = new EnumMap<>(JobState.class);
      for (int i = 1; i < states.size(); i++) {
        row.put(JobState.valueOf(states.get(i)), cells.get(i));
      }
      table.put(cells.get(0), row);
    }
    assertThat(table.keySet()).isEqualTo(ROWS.keySet());
    assertThat(states).hasSize(JobState.values().length + 1);
    assertThat(Directive.values()).hasSize(3);
    return table;
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|")).map(String::strip).toList();
  }
}
