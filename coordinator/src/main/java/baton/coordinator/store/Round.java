package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.StoredAnswer;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Transitions.NameTaken;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One transaction's worth of requests:
 *
 * <ol>
 *   <li>each is decided on the state that the requests before it would leave;
 *   <li>all changes to jobs are stored at once;
 *   <li>each gets its answer, but only after everything that the answer rests on is stored;
 *   <li>a request that was decided on a stale job is left for another round.
 * </ol>
 */
final class Round {
  private final JobStore store;
  private final Clock clock;
  private final Decider decider;
  private final boolean looksFirst;
  private final Staging staging;
  private final List<Decided> decided = new ArrayList<>();
  private final Set<JobId> changed = new LinkedHashSet<>();
  private final List<WriteRequest> stale = new ArrayList<>();

  /**
   * @param looksFirst whether each request is looked up among the answers before it is decided; a
   *     request that was found stale must be: it may be a repeat
   */
  Round(JobStore store, Clock clock, Decider decider, boolean looksFirst) {
    this.store = store;
    this.clock = clock;
    this.decider = decider;
    this.looksFirst = looksFirst;
    this.staging = new Staging(store);
  }

  /** A request, its answer, and the transition that must be stored before the answer is given. */
  private record Decided(
      WriteRequest request, JobId restsOn, Outcome outcome, Optional<Transition> transition) {}

  /** Jobs that were changed. */
  Set<JobId> changed() {
    return changed;
  }

  /** Requests that must be decided again, in the order in which they arrived. */
  List<WriteRequest> stale() {
    return stale;
  }

  void run(List<WriteRequest> requests) {
    requests.forEach(this::decide);
    if (!decided.isEmpty()) {
      answer(store.save(staging.transitions()));
    }
  }

  private void decide(WriteRequest request) {
    try {
      Instant now = clock.instant();
      if (request instanceof WriteRequest.Creation creation) {
        stage(request, 0, creation.submit().decide(now), Optional.empty(), () -> true);
      } else if (request instanceof WriteRequest.Order order) {
        decide(order, now);
      }
    } catch (RuntimeException e) {
      request.answer().completeExceptionally(e);
    }
  }

  private void decide(WriteRequest.Order order, Instant now) {
    if (!order.stillCounts().getAsBoolean()) {
      throw new CutOff(
          "This coordinator was held up, and what it saw of leases may be old. Ask again.", null);
    }
    Command command = order.command();
    // Read the job before its answer: if another stores both in between, the decision is stale,
    // not wrong.
    Optional<Job> asked = staging.find(order.job());
    Optional<String> key = command.repeatKey();
    Optional<StoredAnswer> stored =
        key.flatMap(looksFirst ? staging::answer : staging::stagedAnswer);
    if (key.isPresent() && stored.isEmpty() && !looksFirst) {
      if (stageNews(order, asked, now)) {
        return;
      }
      stored = staging.answer(key.get());
    }
    JobId id = stored.map(StoredAnswer::job).orElse(order.job()); // a repeat finds its own job
    Job job =
        asked
            .filter(found -> found.id().equals(id))
            .or(() -> staging.find(id))
            .orElseThrow(() -> new UnknownJob(id));
    Decision decision = decider.decide(job, stored.map(StoredAnswer::outcome), command, now);
    if (decision.changed().isPresent()) {
      stage(order, job.version(), decision, command.repeatKey(), order.stillCounts());
    } else if (staging.isStaged(id)) {
      decided.add(new Decided(order, id, decision.outcome(), Optional.empty()));
    } else {
      order.answer().complete(decision.outcome());
    }
  }

  /** Stages a command that changes its job; a repeat would be found stale when it is stored. */
  private boolean stageNews(WriteRequest.Order order, Optional<Job> job, Instant now) {
    Command command = order.command();
    Optional<Decision> news =
        job.map(found -> decider.decide(found, Optional.empty(), command, now))
            .filter(made -> made.changed().isPresent())
            .filter(made -> !(made.outcome() instanceof Outcome.Refused));
    news.ifPresent(
        made -> stage(order, job.get().version(), made, command.repeatKey(), order.stillCounts()));
    return news.isPresent();
  }

  private void stage(
      WriteRequest request,
      long read,
      Decision decision,
      Optional<String> repeatKey,
      BooleanSupplier stillCounts) {
    Job changed = decision.changed().orElseThrow();
    Transition transition =
        new Transition(read, changed, decision.outcome(), decision.rows(), repeatKey, stillCounts);
    staging.add(transition);
    decided.add(new Decided(request, changed.id(), decision.outcome(), Optional.of(transition)));
  }

  private void answer(List<Boolean> stored) {
    Set<JobId> staleJobs = new HashSet<>();
    int next = 0;
    for (Decided one : decided) {
      if (one.transition().isPresent()) {
        if (stored.get(next++)) {
          changed.add(one.restsOn());
        } else {
          staleJobs.add(one.restsOn());
        }
      }
      if (staleJobs.contains(one.restsOn())) {
        answerStale(one);
      } else {
        one.request().answer().complete(one.outcome());
      }
    }
  }

  private void answerStale(Decided one) {
    try {
      Optional<Outcome> known =
          one.request() instanceof WriteRequest.Creation creation
              ? alreadySubmitted(creation)
              : sessionElsewhere(one);
      known.ifPresentOrElse(one.request().answer()::complete, () -> stale.add(one.request()));
    } catch (RuntimeException e) {
      one.request().answer().completeExceptionally(e);
    }
  }

  private Optional<Outcome> alreadySubmitted(WriteRequest.Creation creation) {
    String name = creation.submit().spec().name();
    Optional<Job> holder = store.findByName(name);
    if (holder.isPresent() && !holder.get().id().equals(creation.job())) {
      throw new NameTaken(name);
    }
    return holder.map(job -> new Outcome.Submitted(job.id()));
  }

  /**
   * Only after the request was looked up among the answers: else a repeat would be refused its own
   * lease.
   */
  private Optional<Outcome> sessionElsewhere(Decided one) {
    Optional<SessionId> session =
        one.transition().filter(staged -> looksFirst).flatMap(Transition::session);
    return session.flatMap(
        id ->
            store.open().stream()
                .filter(job -> !job.id().equals(one.restsOn()) && isHeldBy(job, id))
                .findFirst()
                .map(Round::holdsAnother));
  }

  private static boolean isHeldBy(Job job, SessionId session) {
    return job.lease().filter(lease -> lease.ask().session().equals(session)).isPresent();
  }

  private static Outcome holdsAnother(Job job) {
    return new Outcome.Refused(
        Refusal.SESSION_HOLDS_LEASE,
        "This session holds the lease of %s. Release it before asking for another."
            .formatted(job.spec().name()));
  }
}
