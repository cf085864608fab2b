package baton.proofs.demo;

import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.message.SegmentView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the demo proves: the table of segments, and the last line. */
final class DemoVerdict {
  private static final double ACCURACY = 0.97;
  private static final int EPOCHS_FOR_ACCURACY = 24;
  private static final String ROW = "%-7s %-12s %-9s %-9s %7s  %s%n";
  private static final Map<String, String> WHY =
      Map.of(
          "CONTINUED", "trained on",
          "RELEASED", "released: another's turn",
          "SESSION_ENDING", "session ended as planned",
          "COMPLETE", "complete",
          "LOST", "lost: killed");

  private final DemoRun.Report report;
  private final Sha256 unbroken;
  private final DemoPlan script;
  private final List<String> ofStore;

  private DemoVerdict(
      DemoRun.Report report, Sha256 unbroken, DemoPlan script, List<String> ofStore) {
    this.report = report;
    this.unbroken = unbroken;
    this.script = script;
    this.ofStore = ofStore;
  }

  /**
   * A verdict.
   *
   * @param ofStore what the demo should have shown of its store, and did not
   */
  static DemoVerdict of(
      DemoRun.Report report, Sha256 unbroken, DemoPlan script, List<String> ofStore) {
    return new DemoVerdict(report, unbroken, script, ofStore);
  }

  /** Prints the table and the verdict; returns the exit code. */
  int tell(PrintWriter out) {
    out.printf("%n" + ROW, "lease", "session", "from", "to", "seconds", "why it ended");
    report.segments().forEach(segment -> out.print(row(segment)));
    out.printf("%nunbroken %s%nrelay    %s%n%n", unbroken, report.job().head().stateDigest());
    List<String> failures = failures();
    if (!failures.isEmpty()) {
      out.println("RELAY FAILED " + String.join("; ", failures));
      return 1;
    }
    out.printf(
        Locale.ROOT,
        "RELAY OK kills=%d segments=%d accuracy=%.3f digest=%s unbroken=%s%n",
        report.killedAt().size(),
        report.segments().size(),
        accuracy().orElseThrow(),
        report.job().head().stateDigest(),
        unbroken);
    return 0;
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>(ofStore);
    require(failures, report.killedAt().size() == script.kills().size(), "a worker was not killed");
    require(
        failures,
        report.killedAt().stream().anyMatch(at -> at.batch() != 0),
        "no worker was killed in mid-epoch");
    require(failures, report.coordinatorKilled(), "the coordinator was not killed");
    require(failures, report.someoneWaited(), "no worker ever waited for another");
    require(
        failures,
        plannedEnds() >= script.ends().size(),
        "only %d sessions ended as planned".formatted(plannedEnds()));
    require(
        failures,
        report.job().head().stateDigest().equals(unbroken),
        "the relay's state differs from the unbroken run's");
    boolean isGate = script.epochs() >= EPOCHS_FOR_ACCURACY;
    require(
        failures,
        accuracy().isPresent() && (!isGate || accuracy().get() >= ACCURACY),
        "the accuracy is %s, less than %s".formatted(accuracy().orElse(null), ACCURACY));
    return failures;
  }

  private static void require(List<String> failures, boolean held, String otherwise) {
    if (!held) {
      failures.add(otherwise);
    }
  }

  /** How many sessions left in an orderly way, after committing some training. */
  private long plannedEnds() {
    return report.segments().stream()
        .filter(segment -> "SESSION_ENDING".equals(segment.ended()))
        .filter(this::movedTheHead)
        .count();
  }

  /** Whether the segment's lease moved the head, in any of its segments. */
  private boolean movedTheHead(SegmentView last) {
    return report.segments().stream()
        .filter(segment -> segment.fence().equals(last.fence()))
        .anyMatch(segment -> segment.to().isAfter(segment.from()));
  }

  /** The accuracy on the held-out split after the last epoch. */
  private Optional<Double> accuracy() {
    return report.measurements().stream()
        .filter(measured -> measured.position().equals(Position.ofEpochs(script.epochs())))
        .map(measured -> measured.values().get("accuracy"))
        .findFirst();
  }

  private static String row(SegmentView segment) {
    Duration took =
        segment.endedAt() == null
            ? Duration.ZERO
            : Duration.between(segment.startedAt(), segment.endedAt());
    return String.format(
        Locale.ROOT,
        ROW,
        segment.fence(),
        segment.worker(),
        segment.from(),
        segment.to(),
        String.format(Locale.ROOT, "%.1f", DemoSetup.seconds(took)),
        WHY.getOrDefault(segment.ended(), segment.ended()));
  }
}
