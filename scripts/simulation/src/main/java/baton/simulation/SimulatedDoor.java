package baton.simulation;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.coordinator.lease.Transitions;
import baton.coordinator.store.Decider;
import baton.coordinator.store.GroupCommitter;
import baton.protocol.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The real {@link GroupCommitter} of one life of a coordinator, watched by the referee, which sees
 * each command with the requests that wait, each decision and each answer.
 */
final class SimulatedDoor implements Transitions, Decider, TransitionListener {
  private final CoordinatorProcess owner;
  private final Core core;
  private final Referee referee;
  private final Map<Command, Asked> asked = new IdentityHashMap<>();
  private GroupCommitter committer;

  /**
   * What the coordinator knew when a command was given.
   *
   * @param knowsSince the time since which it had seen all renewals
   * @param situation what there was to choose from, if it could know all of that
   */
  private record Asked(Duration knowsSince, Optional<DecisionBooks.Situation> situation) {}

  SimulatedDoor(CoordinatorProcess owner, Core core, Referee referee) {
    this.owner = owner;
    this.core = core;
    this.referee = referee;
  }

  void leadsTo(GroupCommitter real) {
    committer = real;
    committer.listen(this);
  }

  @Override
  public CompletionStage<Outcome> submit(Submit submit) {
    return committer.submit(submit);
  }

  @Override
  public CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts) {
    boolean chooses = command instanceof Commit || command instanceof Acquire;
    Optional<DecisionBooks.Situation> situation =
        chooses && owner.isSteady()
            ? Optional.of(referee.situation(owner.waiting()))
            : Optional.empty();
    asked.put(command, new Asked(owner.knowsSince(), situation));
    return committer.apply(job, command, stillCounts);
  }

  @Override
  public Outcome preview(Job job, Command command) {
    return committer.preview(job, command);
  }

  @Override
  public void listen(TransitionListener listener) {
    committer.listen(listener);
  }

  @Override
  public Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
    Decision decision = core.decide(job, stored, command, now);
    Asked as = asked.get(command);
    if (as != null) { // otherwise it is a preview
      referee.decided(
          new DecisionBooks.Decided(job, command, decision, now, as.knowsSince(), as.situation()));
    }
    return decision;
  }

  @Override
  public void answered(JobId job, Command command, Outcome outcome) {
    asked.remove(command);
    referee.answered(job, command, outcome);
  }
}
