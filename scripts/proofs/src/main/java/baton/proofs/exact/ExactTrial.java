package baton.proofs.exact;

import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.WorkerProcess;
import baton.cli.relay.Cuts;
import baton.cli.relay.Plan;
import baton.cli.relay.PlannedKill;
import baton.cli.relay.PlannedKill.Head;
import baton.cli.relay.RelayRun;
import baton.cli.relay.Subject;
import baton.protocol.Cadence;
import baton.protocol.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The trial of one program on some number of threads:
 *
 * <ol>
 *   <li>the program is trained unbroken, saved only at the ends of epochs;
 *   <li>positions are drawn from those it has reached, and it is trained again as a relay that is
 *       cut there, and that continues at least once from an epoch's end and once from within one;
 *   <li>if wanted, it is trained once more with each {@link Sabotage}, cut once within an epoch.
 * </ol>
 */
final class ExactTrial {
  /** The average number of saves between two cuts; some workers die before their first one. */
  private static final int SAVES_PER_CUT = 2;

  /**
   * The least time of a batch, longer at each attempt: on a busy machine a save may take as long as
   * many batches.
   */
  private static final List<Duration> PACES =
      List.of(Duration.ofMillis(25), Duration.ofMillis(125), Duration.ofMillis(625));

  /** The worker that is killed, and the worker that goes on. */
  private static final int WORKERS_PER_CONTROL = 2;

  private final ExactCandidate candidate;
  private final Subject subject;
  private final int threads;
  private final Ground ground;
  private final ExactProgress progress;

  /**
   * The environment of trials.
   *
   * @param store a directory that all processes see
   * @param folder for other files
   */
  record Ground(Site site, Path store, Path folder, String device) {}

  ExactTrial(ExactCandidate candidate, int threads, Ground ground, ExactProgress progress) {
    this.candidate = candidate;
    this.subject = candidate.subject();
    this.threads = threads;
    this.ground = ground;
    this.progress = progress;
  }

  /** How many workers a trial starts. */
  static int workers(int cuts, boolean withControls) {
    int controls = withControls ? Sabotage.values().length * WORKERS_PER_CONTROL : 0;
    return 1 + cuts + 1 + controls;
  }

  /**
   * Runs the trial; the relay's row comes first.
   *
   * @throws SiteFailure if the program fails, or is too short to be cut this often
   */
  List<Row> hold(int count, long seed, boolean withControls) throws IOException {
    progress.trial("%s, threads: %d".formatted(candidate.title(), threads));
    RelayRun.Result unbroken = race("unbroken", Plan.unbroken(), Optional.empty());
    List<PlannedKill> kills = draw(seed, unbroken, count);
    int saveEvery = saveEvery(unbroken.reached(), count);
    RelayRun.Result relayed = relay(kills, saveEvery, stepsWithin(unbroken));
    List<Row> rows = new ArrayList<>();
    rows.add(row(unbroken, relayed, Optional.empty()));
    if (withControls) {
      for (Sabotage sabotage : Sabotage.values()) {
        control(sabotage, unbroken, saveEvery).ifPresent(rows::add);
      }
    }
    return rows;
  }

  /**
   * Tries slower paces until the relay has gone on from where it should; the row shows what is
   * missing in the end.
   */
  private RelayRun.Result relay(List<PlannedKill> kills, int saveEvery, boolean stepsWithin)
      throws IOException {
    RelayRun.Result relayed = null;
    for (Duration pace : PACES) {
      String name = pace == PACES.get(0) ? "relay" : "relay-" + pace.toMillis();
      relayed = race(name, plan(kills, saveEvery, pace), Optional.empty());
      if ((wentOnWithin(relayed) > 0 || !stepsWithin) && wentOnAtEnds(relayed) > 0) {
        break;
      }
    }
    return relayed;
  }

  private static boolean stepsWithin(RelayRun.Result unbroken) {
    return unbroken.reached().stream().anyMatch(Cuts::isMidEpoch);
  }

  private static int wentOnWithin(RelayRun.Result relayed) {
    return (int) relayed.restored().stream().filter(Cuts::isMidEpoch).count();
  }

  private static int wentOnAtEnds(RelayRun.Result relayed) {
    return relayed.restored().size() - wentOnWithin(relayed);
  }

  private List<PlannedKill> draw(long seed, RelayRun.Result unbroken, int count) {
    try {
      return Cuts.planned(seed, unbroken.reached(), count);
    } catch (IllegalArgumentException e) {
      throw new SiteFailure("%s: %s; give --epochs".formatted(candidate.title(), e.getMessage()));
    }
  }

  /** A loop that saves only at the ends of epochs has no generators to restore within an epoch. */
  private Optional<Row> control(Sabotage sabotage, RelayRun.Result unbroken, int saveEvery)
      throws IOException {
    boolean midEpoch = stepsWithin(unbroken);
    if (!midEpoch && sabotage == Sabotage.RANDOMNESS) {
      return Optional.empty();
    }
    List<Position> reached = unbroken.reached();
    Head head = midEpoch ? Head.MID_EPOCH : Head.MOVED;
    List<PlannedKill> cut = List.of(new PlannedKill(reached.get(reached.size() / 3), head));
    for (Duration pace : PACES) {
      String name = "%s-%d".formatted(sabotage.name().toLowerCase(Locale.ROOT), pace.toMillis());
      RelayRun.Result relayed = race(name, plan(cut, saveEvery, pace), Optional.of(sabotage));
      boolean wentOn = !relayed.restored().isEmpty();
      if (wentOn && (!midEpoch || Cuts.isMidEpoch(relayed.restored().get(0)))) {
        Row.Control control = new Row.Control(sabotage, candidate.isOurs());
        return Optional.of(row(unbroken, relayed, Optional.of(control)));
      }
    }
    throw new SiteFailure(
        "%s ended before it could be cut for a control; give --epochs"
            .formatted(candidate.title()));
  }

  private static Plan plan(List<PlannedKill> kills, int saveEvery, Duration pace) {
    Cadence cadence = new Cadence(saveEvery, Cadence.Unit.BATCHES);
    return new Plan(cadence, kills, Optional.empty(), pace, Plan.USUAL_SILENCE);
  }

  /** An interval that is short enough for saves within epochs. */
  private static int saveEvery(List<Position> reached, int cuts) {
    int epoch = reached.stream().mapToInt(Position::batch).max().orElse(0) + 1;
    int wanted = Math.min(reached.size() / (cuts * SAVES_PER_CUT), epoch / 3);
    return Math.max(1, wanted);
  }

  private Row row(
      RelayRun.Result unbroken, RelayRun.Result relayed, Optional<Row.Control> control) {
    return new Row(
        candidate.title(),
        threads,
        relayed.killed().size(),
        stepsWithin(unbroken),
        wentOnWithin(relayed),
        wentOnAtEnds(relayed),
        unbroken.job().head().stateDigest(),
        relayed.job().head().stateDigest(),
        control);
  }

  private RelayRun.Result race(String name, Plan plan, Optional<Sabotage> sabotage)
      throws IOException {
    WorkerProcess.Start worker =
        sabotage.isEmpty()
            ? subject.worker(threads, ground.device(), ground.store(), Map.of())
            : sabotage.get().worker(subject, threads, ground);
    String job = "%s-%d-%s".formatted(subject.program(), threads, name);
    try {
      return RelayRun.run(
          ground.site(),
          job,
          subject,
          plan,
          number -> {
            if (number > 0) {
              progress.workerEnded();
            }
            progress.doing(name + (number == 0 ? "" : ", cut " + number));
            return worker;
          },
          said -> {});
    } catch (SiteFailure e) {
      throw e.of("%s (%s)".formatted(candidate.title(), name));
    } finally {
      progress.workerEnded();
    }
  }
}
