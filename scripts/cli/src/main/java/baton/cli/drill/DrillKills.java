package baton.cli.drill;

import baton.cli.relay.Cuts;
import baton.cli.relay.PlannedKill;
import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Where the workers of a drill are killed, so that the next ones continue from where restores go
 * wrong most often: within epoch 0, at an epoch's end, and within a later epoch. If a program has
 * no such position, because its epochs are longer than the drill or its loop is saved only at their
 * ends, the others are used more often.
 *
 * @param kills the kills in order
 * @param lacking what could not be planned, in words for people
 */
record DrillKills(List<PlannedKill> kills, List<String> lacking) {
  private static final int FEWEST = 3;

  DrillKills {
    kills = List.copyOf(kills);
    lacking = List.copyOf(lacking);
  }

  /**
   * Draws the kills.
   *
   * @param reached the positions that the unbroken run reported
   * @param saved the positions where it saved, without its end
   */
  static DrillKills drawn(long seed, List<Position> reached, List<Position> saved) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Position> within = saved.stream().filter(Cuts::isMidEpoch).toList();
    List<Position> ends = saved.stream().filter(at -> !Cuts.isMidEpoch(at)).toList();
    List<String> lacking = new ArrayList<>();
    TreeSet<Position> from = new TreeSet<>();
    any(random, within.stream().filter(at -> at.epoch() == 0))
        .ifPresentOrElse(from::add, () -> lacking.add("within the first epoch"));
    Position lastWithin = within.isEmpty() ? Position.START : within.get(within.size() - 1);
    Optional<Position> end =
        any(random, ends.stream().filter(lastWithin::isAfter)).or(() -> any(random, ends.stream()));
    end.ifPresentOrElse(from::add, () -> lacking.add("at an epoch's end"));
    Position beyond = end.orElse(Position.ofEpochs(1));
    any(random, within.stream().filter(at -> at.isAfter(beyond)))
        .ifPresentOrElse(from::add, () -> lacking.add("within a later epoch"));
    while (from.size() < Math.min(FEWEST, saved.size())) {
      any(random, saved.stream().filter(at -> !from.contains(at))).ifPresent(from::add);
    }
    return new DrillKills(from.stream().map(at -> killFor(at, reached, random)).toList(), lacking);
  }

  /**
   * A kill for a continuation from {@code from}; within an epoch it loses a batch or two, which are
   * trained again.
   */
  private static PlannedKill killFor(
      Position saved, List<Position> reached, SplittableRandom random) {
    if (!Cuts.isMidEpoch(saved)) {
      return new PlannedKill(saved, Head.EPOCH_END);
    }
    List<Position> soon =
        reached.stream()
            .filter(at -> at.epoch() == saved.epoch() && !saved.isAfter(at))
            .limit(FEWEST)
            .toList();
    return new PlannedKill(soon.get(random.nextInt(soon.size())), Head.MID_EPOCH);
  }

  private static Optional<Position> any(SplittableRandom random, Stream<Position> choices) {
    List<Position> list = choices.toList();
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(random.nextInt(list.size())));
  }

  /** Whether the workers continued from where it was planned. */
  boolean areDone(List<Position> restored) {
    if (restored.size() < kills.size()) {
      return false;
    }
    for (int i = 0; i < kills.size(); i++) {
      boolean within = Cuts.isMidEpoch(restored.get(i));
      boolean isEpoch = restored.get(i).epoch() == kills.get(i).notBefore().epoch();
      if (within != (kills.get(i).head() == Head.MID_EPOCH) || !isEpoch) {
        return false;
      }
    }
    return true;
  }
}
