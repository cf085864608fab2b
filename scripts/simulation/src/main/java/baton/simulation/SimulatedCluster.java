package baton.simulation;

import baton.coordinator.lease.Signals;
import baton.coordinator.store.MemoryHeartbeats;
import baton.coordinator.store.MemorySignals;
import baton.protocol.JobId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The coordinators that share a database, and also renewals and signals while they see one another.
 * A majority of them decides.
 */
final class SimulatedCluster {
  /** The members notice a cut or a death within this time. */
  private static final int NOTICED_WITHIN_MILLIS = 5_000;

  private final World world;
  private final Chance chance;
  private final List<CoordinatorProcess> members = new ArrayList<>();
  private final Map<CoordinatorProcess, MemorySignals> signals = new HashMap<>();
  private final MemoryHeartbeats renewals = new MemoryHeartbeats();
  private CoordinatorProcess alone;

  SimulatedCluster(World world, Chance chance, int size) {
    this.world = world;
    this.chance = chance;
    for (int i = 0; i < size; i++) {
      CoordinatorProcess member = new CoordinatorProcess(world, this, chance.split());
      members.add(member);
      signals.put(member, new MemorySignals());
    }
  }

  int size() {
    return members.size();
  }

  List<CoordinatorProcess> members() {
    return members;
  }

  CoordinatorProcess member(int number) {
    return members.get(number % members.size());
  }

  /** The members that run. */
  List<CoordinatorProcess> running() {
    return members.stream().filter(CoordinatorProcess::isUp).toList();
  }

  MemoryHeartbeats renewals() {
    return renewals;
  }

  // Cuts and deaths.

  /** Cuts a member from the others; only one is cut at a time. */
  void cut(CoordinatorProcess member, Duration span) {
    if (alone != null || members.size() == 1) {
      return;
    }
    alone = member;
    members.forEach(this::noticesSoon);
    world.agenda.after(
        span,
        () -> {
          alone = null;
          members.forEach(this::noticesSoon);
        });
  }

  private void noticesSoon(CoordinatorProcess member) {
    if (members.size() > 1) {
      member.later(
          chance.millis(1, NOTICED_WITHIN_MILLIS),
          () -> {
            member.notices(visibleTo(member));
            if (world.core.noticesMembers()) {
              member.restartWaits();
            }
          });
    }
  }

  private int visibleTo(CoordinatorProcess member) {
    return member == alone ? 1 : (int) running().stream().filter(other -> other != alone).count();
  }

  /** Whether the member is cut from the others, noticed or not. */
  boolean isAlone(CoordinatorProcess member) {
    return member == alone;
  }

  /** Whether the member has noticed that it does not see a majority. */
  boolean isCutOff(CoordinatorProcess member) {
    return member.sees() <= members.size() / 2;
  }

  /** The others notice the death; the last member takes all renewals with it. */
  void died() {
    if (running().isEmpty()) {
      renewals.clear();
    }
    running().forEach(this::noticesSoon);
  }

  void joined(CoordinatorProcess newcomer) {
    newcomer.notices(visibleTo(newcomer));
    running().stream().filter(member -> member != newcomer).forEach(this::noticesSoon);
  }

  // Signals.

  /** The signals of a member's new life: nobody listens yet. */
  Signals signalsOf(CoordinatorProcess member) {
    MemorySignals own = new MemorySignals();
    signals.put(member, own);
    return new Signals() {
      @Override
      public void jobChanged(JobId job) {
        own.jobChanged(job);
        for (CoordinatorProcess other : members) {
          if (other != member && !isAlone(member) && !isAlone(other) && chance.happens(0.9)) {
            other.later(chance.millis(1, 50), () -> signals.get(other).jobChanged(job));
          }
        }
      }

      @Override
      public void listen(Consumer<JobId> listener) {
        own.listen(listener);
      }
    };
  }
}
