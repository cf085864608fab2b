package baton.simulation;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.coordinator.lease.TransitionListeners;
import baton.coordinator.lease.Transitions;
import baton.protocol.JobId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Reads, decides and stores, each command alone, under the referee's eyes. */
final class SimulatedDoor implements Transitions {
  private final SimulatedDatabase database;
  private final Clock clock;
  private final Core core;
  private final Referee referee;
  private final Consumer<JobId> changed;
  private final TransitionListeners listeners = new TransitionListeners();

  SimulatedDoor(
      SimulatedDatabase database,
      Clock clock,
      Core core,
      Referee referee,
      Consumer<JobId> changed) {
    this.database = database;
    this.clock = clock;
    this.core = core;
    this.referee = referee;
    this.changed = changed;
  }

  @Override
  public CompletionStage<Outcome> submit(Submit submit) {
    Decision decision = submit.decide(clock.instant());
    store(decision.changed().orElseThrow(), 0, decision, Optional.empty());
    return listeners.hear(submit, CompletableFuture.completedStage(decision.outcome()));
  }

  @Override
  public CompletionStage<Outcome> apply(JobId id, Command command, BooleanSupplier stillCounts) {
    Job job = database.find(id).orElseThrow(() -> new UnknownJob(id));
    Optional<Outcome> stored =
        command.repeatKey().flatMap(database::answer).map(answer -> answer.outcome());
    Decision decision = core.decide(job, stored, command, clock.instant());
    decision
        .changed()
        .ifPresent(
            after -> {
              referee.aboutToStore(job, after, command, decision);
              store(after, job.version(), decision, command.repeatKey());
            });
    referee.answered(job, command, decision.outcome());
    return listeners.hear(id, command, CompletableFuture.completedStage(decision.outcome()));
  }

  @Override
  public Outcome preview(Job job, Command command) {
    return core.decide(job, Optional.empty(), command, clock.instant()).outcome();
  }

  @Override
  public void listen(TransitionListener listener) {
    listeners.add(listener);
  }

  private void store(Job after, long readVersion, Decision decision, Optional<String> key) {
    Transition transition = Transition.of(readVersion, decision, key);
    boolean stored = database.save(List.of(transition)).get(0);
    referee.require(stored, "R1", "the database refused: a session holds two leases");
    changed.accept(after.id());
  }
}
