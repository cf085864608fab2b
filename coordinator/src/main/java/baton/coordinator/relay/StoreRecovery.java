package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.History.CheckpointMarked.Mark;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.CheckpointRow;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.RecoveredJob;
import baton.coordinator.lease.Recovery;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.lease.Submit;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Recovers jobs and checkpoints that are in stores but not in a database, while no coordinator uses
 * that database: after a back-up was restored, or from the stores alone (R2, R3; design, section
 * 5).
 *
 * <ol>
 *   <li>All stores are read, and the incarnation is set above every fence in them and in the
 *       database.
 *   <li>Each job of the database continues from the newest whole checkpoint of its line in its
 *       store; a job whose store was not read is paused.
 *   <li>Each job that is only in a store is created from its job file, and continues in the same
 *       way.
 * </ol>
 *
 * <p>Each job is one transaction, so that none is ever seen without its checkpoints; running it
 * again does no harm.
 */
public final class StoreRecovery {
  /** A clock may be wrong, but by no more than this: a fence from further ahead is not believed. */
  private static final Duration FURTHEST_CLOCK = Duration.ofDays(36_500);

  private final JobStore jobs;
  private final CheckpointFiles files;
  private final Clock clock;
  private final Wishes wishes;

  /**
   * The options of a recovery.
   *
   * @param epochs of jobs whose job file is missing, by name
   * @param paused whether new jobs are paused until a person resumes them
   */
  public record Wishes(Map<String, Integer> epochs, boolean paused) {
    public static final Wishes NONE = new Wishes(Map.of(), false);
  }

  /**
   * The result for one job.
   *
   * @param job its new state; empty: it was left alone
   * @param sentences what a person should know about it
   */
  public record Finding(JobId id, String name, Optional<Job> job, List<String> sentences) {}

  /**
   * @param files checks the files in the stores
   */
  public StoreRecovery(JobStore jobs, CheckpointFiles files, Clock clock, Wishes wishes) {
    this.jobs = jobs;
    this.files = files;
    this.clock = clock;
    this.wishes = wishes;
  }

  /**
   * Adopts the jobs and checkpoints in the stores.
   *
   * @throws StoreUnreadable if one of them cannot be read; some jobs may have been changed, and it
   *     may be run again
   */
  public List<Finding> adopt(List<? extends StoreContents> stores) {
    return adopt(stores, 0);
  }

  /**
   * Adopts the jobs and checkpoints in the stores, in a database that is to replace another.
   *
   * @param replaced the highest incarnation in the other database
   * @throws StoreUnreadable as above
   */
  public List<Finding> adopt(List<? extends StoreContents> stores, long replaced) {
    List<JobInStore> read = new ArrayList<>();
    for (StoreContents store : stores) {
      store.jobs().forEach(contents -> read.add(JobInStore.of(store.id(), contents)));
    }
    List<Job> known = jobs.newest(Integer.MAX_VALUE);
    long incarnation = Math.max(replaced + 1, incarnation(read, known));
    List<Finding> findings = new ArrayList<>();
    Set<StoreId> ids = stores.stream().map(StoreContents::id).collect(Collectors.toSet());
    for (Job job : known) {
      Optional<JobInStore> inStore =
          read.stream()
              .filter(r -> r.job().equals(job.id()))
              .filter(r -> job.store().map(r.store()::equals).orElse(true))
              .findFirst();
      boolean isRead = job.store().map(ids::contains).orElse(!ids.isEmpty());
      findings.add(takeUp(job, inStore, isRead, incarnation));
    }
    Set<JobId> knownIds = known.stream().map(Job::id).collect(Collectors.toSet());
    read.stream()
        .filter(r -> !knownIds.contains(r.job()))
        .sorted(JobInStore.FURTHEST_FIRST)
        .forEach(r -> findings.add(create(r, incarnation)));
    return findings;
  }

  /**
   * An incarnation above every fence that may have been granted, in this database or a lost one
   * (R2).
   */
  private long incarnation(List<JobInStore> read, List<Job> known) {
    Stream<Fence> inStores = read.stream().map(JobInStore::highest).filter(this::isBelieved);
    long highest =
        Stream.concat(inStores, known.stream().map(Job::fence))
            .mapToLong(Fence::incarnation)
            .max()
            .orElse(0);
    return Math.max(highest + 1, clock.instant().getEpochSecond());
  }

  /**
   * Whether a coordinator may have granted the fence: incarnations come from the clock. A fence
   * beyond that would leave none to grant.
   */
  private boolean isBelieved(Fence fence) {
    return fence.incarnation() <= clock.instant().plus(FURTHEST_CLOCK).getEpochSecond();
  }

  /** Why the job is left alone, as a sentence; empty: it can be recovered. */
  private Optional<String> whyLeftAlone(JobInStore read) {
    if (read.isOfNewerForm()) {
      return Optional.of(read.newerForm());
    }
    return Optional.of(read.highest())
        .filter(fence -> !isBelieved(fence))
        .map(
            fence ->
                "A folder or manifest of it has the fence %s, which no coordinator can have granted. It was left alone: remove that folder, then try again."
                    .formatted(fence));
  }

  private Finding takeUp(Job job, Optional<JobInStore> inStore, boolean isRead, long incarnation) {
    List<String> sentences = new ArrayList<>();
    List<CheckpointRow> history = jobs.history(job.id()).checkpoints();
    Optional<RecoveredJob> found = Optional.empty();
    Optional<String> leftAlone = inStore.flatMap(this::whyLeftAlone);
    if (leftAlone.isPresent()) {
      sentences.add(leftAlone.get());
    } else if (isRead) {
      inStore.ifPresent(read -> sentences.addAll(read.oddities()));
      found =
          Optional.of(
              inStore.map(read -> recovered(read, job, history)).orElse(RecoveredJob.NOTHING));
    }
    RestoreJob restore = new RestoreJob(incarnation, found, digests(history, row -> true));
    Decision decision = restore.decide(job, clock.instant());
    Job after = decision.changed().orElseThrow();
    store(List.of(Transition.of(job.version(), decision, Optional.empty())), job.spec().name());
    tell(sentences, job, after);
    return new Finding(job.id(), job.spec().name(), Optional.of(after), sentences);
  }

  private static void tell(List<String> sentences, Job before, Job after) {
    if (after.head().isPresent() && !after.head().equals(before.head())) {
      sentences.add(
          "Its head is at %s now, where the database had %s."
              .formatted(after.position(), before.position()));
    }
    after.reason().filter(why -> !after.reason().equals(before.reason())).ifPresent(sentences::add);
  }

  private RecoveredJob recovered(JobInStore read, Job job, List<CheckpointRow> history) {
    Set<Sha256> rejected =
        digests(history, row -> row.mark().filter(mark -> mark == Mark.REJECTED).isPresent());
    return Recovery.find(
        read.manifests(),
        checkpoint -> !rejected.contains(checkpoint.digest()) && isSound(read.store(), checkpoint),
        job.spec().policy());
  }

  private static Set<Sha256> digests(List<CheckpointRow> rows, Predicate<CheckpointRow> which) {
    return rows.stream()
        .filter(which)
        .map(row -> row.checkpoint().digest())
        .collect(Collectors.toSet());
  }

  private boolean isSound(StoreId store, Checkpoint checkpoint) {
    CheckpointFiles.Verdict verdict = files.check(store, checkpoint);
    if (verdict instanceof CheckpointFiles.Verdict.Unreachable unreachable) {
      throw new StoreUnreadable(unreachable.why(), null);
    }
    return verdict instanceof CheckpointFiles.Verdict.Sound;
  }

  private Finding create(JobInStore read, long incarnation) {
    List<String> sentences = new ArrayList<>(read.oddities());
    String name = read.name();
    Optional<String> leftAlone = whyLeftAlone(read);
    if (leftAlone.isPresent()) {
      return left(read, List.of(leftAlone.get()));
    }
    if (read.manifests().isEmpty()) {
      sentences.add("It has no checkpoint in the store, so it was not taken up.");
      return left(read, sentences);
    }
    JobSpec spec;
    try {
      spec = read.spec(Optional.ofNullable(wishes.epochs().get(name)));
    } catch (IllegalArgumentException e) {
      sentences.add(e.getMessage());
      return left(read, sentences);
    }
    RecoveredJob found =
        Recovery.find(read.manifests(), c -> isSound(read.store(), c), spec.policy());
    if (found.line().isEmpty()) {
      sentences.add(
          "None of its checkpoints is whole and leads back to its start, so it was not taken up.");
      return left(read, sentences);
    }
    if (jobs.findByName(name).isPresent()) {
      spec = read.renamed(spec);
      sentences.add(
          "Another job has the name %s, so this one is now called %s."
              .formatted(name, spec.name()));
    }
    Job job = store(new Submit(read.job(), spec, Optional.of(read.store())), found, incarnation);
    return new Finding(read.job(), spec.name(), Optional.of(job), sentences);
  }

  private static Finding left(JobInStore read, List<String> sentences) {
    return new Finding(read.job(), read.name(), Optional.empty(), sentences);
  }

  private Job store(Submit submit, RecoveredJob found, long incarnation) {
    Instant now = clock.instant();
    List<Transition> steps = new ArrayList<>();
    Decision submitted = submit.decide(now);
    steps.add(Transition.of(0, submitted, Optional.empty()));
    Job job = submitted.changed().orElseThrow();
    Decision restored = new RestoreJob(incarnation, Optional.of(found), Set.of()).decide(job, now);
    steps.add(Transition.of(job.version(), restored, Optional.empty()));
    job = restored.changed().orElseThrow();
    if (wishes.paused() && !job.state().isOver()) {
      Decision paused = new Pause(Optional.empty()).decide(job, now);
      steps.add(Transition.of(job.version(), paused, Optional.empty()));
      job = paused.changed().orElseThrow();
    }
    store(steps, submit.spec().name());
    return job;
  }

  private void store(List<Transition> steps, String name) {
    if (jobs.save(steps).contains(false)) {
      throw new IllegalStateException(
          "The job %s was changed by another while it was taken up. Stop every coordinator over this database, then try again."
              .formatted(name));
    }
  }
}
