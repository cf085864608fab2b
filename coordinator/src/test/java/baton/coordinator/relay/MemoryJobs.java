package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.History;
import baton.coordinator.lease.History.CheckpointCommitted;
import baton.coordinator.lease.History.CheckpointMarked;
import baton.coordinator.lease.History.SegmentEnded;
import baton.coordinator.lease.History.SegmentStarted;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.Transitions.NameTaken;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Sha256;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** Jobs in maps, a database that is lost with the test; a {@link MemoryDoor} leads to them. */
final class MemoryJobs implements JobStore {
  private final Map<JobId, Job> jobs = new LinkedHashMap<>();
  private final Map<JobId, List<History>> rows = new HashMap<>();
  private final Map<String, StoredAnswer> answers = new HashMap<>();
  private final Set<Sha256> deleted = new HashSet<>();
  private final Clock clock;
  private final Consumer<JobId> changed;
  private final List<Runnable> late = new ArrayList<>();
  private boolean slow;
  private Runnable afterNextSave = () -> {};
  private boolean unavailable;
  private int timesListed;

  MemoryJobs(Clock clock, Consumer<JobId> changed) {
    this.clock = clock;
    this.changed = changed;
  }

  /** The database goes away right after it has stored the next transition. */
  void goAwayAfterNextSave() {
    afterNextSave(() -> unavailable = true);
  }

  /** Happens once the next transition is stored, before anyone is told. */
  void afterNextSave(Runnable event) {
    afterNextSave = event;
  }

  void goAway() {
    unavailable = true;
  }

  void comeBack() {
    unavailable = false;
  }

  /** How often all open jobs were looked at. */
  int timesListed() {
    return timesListed;
  }

  @Override
  public Optional<Job> find(JobId id) {
    requireAvailable();
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public Optional<Job> findByName(String name) {
    return jobs.values().stream().filter(job -> job.spec().name().equals(name)).findFirst();
  }

  @Override
  public List<Job> open() {
    requireAvailable();
    timesListed++;
    return jobs.values().stream().filter(job -> !job.state().isOver()).toList();
  }

  @Override
  public List<Job> newest(int most) {
    List<Job> newest = new ArrayList<>(jobs.values());
    Collections.reverse(newest);
    return newest.subList(0, Math.min(most, newest.size()));
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    requireAvailable();
    return Optional.ofNullable(answers.get(repeatKey));
  }

  @Override
  public List<Boolean> save(List<Transition> transitions) {
    return transitions.stream().map(this::save).toList();
  }

  private boolean save(Transition transition) {
    requireAvailable();
    Job job = transition.changed();
    long version = Optional.ofNullable(jobs.get(job.id())).map(Job::version).orElse(0L);
    if (version != transition.readVersion()
        || isSessionTaken(transition)
        || transition.repeatKey().filter(answers::containsKey).isPresent()) {
      return false;
    }
    jobs.put(job.id(), job);
    rows.computeIfAbsent(job.id(), id -> new ArrayList<>()).addAll(transition.rows());
    transition
        .repeatKey()
        .ifPresent(key -> answers.put(key, new StoredAnswer(job.id(), transition.outcome())));
    Runnable event = afterNextSave;
    afterNextSave = () -> {};
    event.run();
    return true;
  }

  private boolean isSessionTaken(Transition transition) {
    return jobs.values().stream()
        .filter(job -> !job.id().equals(transition.changed().id()))
        .flatMap(job -> job.lease().stream())
        .anyMatch(lease -> transition.session().equals(Optional.of(lease.ask().session())));
  }

  CompletionStage<Outcome> submit(Submit submit) {
    if (findByName(submit.spec().name()).isPresent()) {
      return CompletableFuture.failedStage(new NameTaken(submit.spec().name()));
    }
    return stored(0, submit.decide(clock.instant()), Optional.empty());
  }

  /** From now on what is to be stored waits for {@link #catchUp}. */
  void becomeSlow() {
    slow = true;
  }

  void catchUp() {
    slow = false;
    late.forEach(Runnable::run);
    late.clear();
  }

  CompletionStage<Outcome> apply(JobId id, Command command, BooleanSupplier stillCounts) {
    if (!slow) {
      return applyNow(id, command, stillCounts);
    }
    CompletableFuture<CompletionStage<Outcome>> applied = new CompletableFuture<>();
    late.add(() -> applied.complete(applyNow(id, command, stillCounts)));
    return applied.thenCompose(Function.identity());
  }

  private CompletionStage<Outcome> applyNow(
      JobId id, Command command, BooleanSupplier stillCounts) {
    if (!stillCounts.getAsBoolean()) {
      return CompletableFuture.failedStage(new CutOff("It was held up.", null));
    }
    Job job = jobs.get(id);
    if (job == null) {
      return CompletableFuture.failedStage(new UnknownJob(id));
    }
    Optional<Outcome> before = command.repeatKey().map(answers::get).map(StoredAnswer::outcome);
    Decision decision = command.decide(job, before, clock.instant());
    return decision.changed().isPresent()
        ? stored(job.version(), decision, command.repeatKey())
        : CompletableFuture.completedStage(decision.outcome());
  }

  private CompletionStage<Outcome> stored(long read, Decision decision, Optional<String> key) {
    Job job = decision.changed().orElseThrow();
    if (!save(Transition.of(read, decision, key))) {
      return CompletableFuture.completedStage(
          new Outcome.Refused(Refusal.SESSION_HOLDS_LEASE, "The session holds another lease."));
    }
    changed.accept(job.id());
    return CompletableFuture.completedStage(decision.outcome());
  }

  Outcome preview(Job job, Command command) {
    return command.decide(job, clock.instant()).outcome();
  }

  @Override
  public JobHistory history(JobId id) {
    return new MemoryHistory(List.copyOf(rows.getOrDefault(id, List.of())), Set.copyOf(deleted));
  }

  @Override
  public void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    requireAvailable();
    deleted.add(checkpoint);
  }

  @Override
  public void close() {}

  void requireAvailable() {
    if (unavailable) {
      throw new StoreUnavailable("The database cannot be read.", null);
    }
  }

  private record MemoryHistory(List<History> rows, Set<Sha256> deleted) implements JobHistory {
    @Override
    public List<CheckpointRow> checkpoints() {
      return of(CheckpointCommitted.class).stream()
          .map(
              row ->
                  new CheckpointRow(
                      row.checkpoint(), row.session(), row.verified(), mark(row), row.at()))
          .toList();
    }

    @Override
    public List<Checkpoint> toDelete() {
      return checkpoints().stream()
          .filter(row -> row.mark().equals(Optional.of(CheckpointMarked.Mark.PRUNED)))
          .map(CheckpointRow::checkpoint)
          .filter(checkpoint -> !deleted.contains(checkpoint.digest()))
          .toList();
    }

    private Optional<CheckpointMarked.Mark> mark(CheckpointCommitted committed) {
      return of(CheckpointMarked.class).stream()
          .filter(row -> row.digest().equals(committed.checkpoint().digest()))
          .map(CheckpointMarked::mark)
          .findFirst();
    }

    @Override
    public List<History.Event> events(int newest) {
      List<History.Event> events = of(History.Event.class);
      return events.subList(Math.max(0, events.size() - newest), events.size());
    }

    @Override
    public List<SegmentRow> segments() {
      List<SegmentEnded> ended = new ArrayList<>(of(SegmentEnded.class));
      return of(SegmentStarted.class).stream().map(row -> segment(row, ended)).toList();
    }

    /** The segments of a fence end in the order in which they began. */
    private static SegmentRow segment(SegmentStarted row, List<SegmentEnded> ended) {
      Optional<SegmentEnded> end =
          ended.stream().filter(e -> e.fence().equals(row.fence())).findFirst();
      end.ifPresent(ended::remove);
      return new SegmentRow(
          row.fence(),
          row.session(),
          row.worker(),
          row.device(),
          row.segment().from(),
          row.segment().from(),
          row.segment().to(),
          row.at(),
          end.map(SegmentEnded::why),
          end.map(SegmentEnded::at));
    }

    @Override
    public List<Measurement> measurements() {
      throw new UnsupportedOperationException("no test of the relay reads it");
    }

    private <T extends History> List<T> of(Class<T> kind) {
      return rows.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
  }
}
