package baton.coordinator.store;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.Submit;
import baton.protocol.JobId;
import baton.protocol.Position;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * A program that commits transitions until it is killed and prints each acknowledgement: {@code
 * acked <job> <version> <fence> <repeat key> .}
 */
final class CommittingProcess {
  private static final int LIFE_SECONDS = 60;
  private static final int CALLERS = 6;
  private static final int LEASES_OF_A_JOB = 3;
  private static final int COMMITS_OF_A_LEASE = 4;

  private final JobStore store;
  private final GroupCommitter committer;

  private CommittingProcess(JobStore store, GroupCommitter committer) {
    this.store = store;
    this.committer = committer;
  }

  public static void main(String[] args) throws InterruptedException {
    DataDirectory directory = DataDirectory.open(Path.of(args[0]));
    JobStore store = new SqlJobStore(SqliteDatabase.open(directory.database()));
    GroupCommitter committer = GroupCommitter.start(store, new MemorySignals(), Clock.systemUTC());
    CommittingProcess process = new CommittingProcess(store, committer);
    for (int caller = 0; caller < CALLERS; caller++) {
      String prefix = args[1] + "-" + caller;
      new Thread(() -> process.runJobs(prefix)).start();
    }
    TimeUnit.SECONDS.sleep(LIFE_SECONDS); // nobody has killed it: its parent must be gone
    Runtime.getRuntime().halt(4);
  }

  private void runJobs(String prefix) {
    try {
      submitAndTrain(prefix);
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }

  private void submitAndTrain(String prefix) {
    for (int i = 0; i < Integer.MAX_VALUE; i++) {
      String name = prefix + "-" + i;
      Submit submit = Sample.submit(name);
      committer.submit(submit).toCompletableFuture().join();
      acknowledge(submit.id(), "-");
      for (int lease = 0; lease < LEASES_OF_A_JOB; lease++) {
        runLease(submit.id(), "s-" + name + "-" + lease);
      }
    }
  }

  private void runLease(JobId id, String session) {
    apply(id, Sample.acquire(session));
    for (int commit = 0; commit < COMMITS_OF_A_LEASE; commit++) {
      Job job = store.find(id).orElseThrow();
      Position next = new Position(job.position().epoch(), job.position().batch() + 1);
      apply(id, Sample.commit(job, next, 0.5));
    }
    Job job = store.find(id).orElseThrow();
    apply(id, new Release(job.fence(), job.lease().orElseThrow().ask().secretHash(), false));
  }

  private void apply(JobId id, Command command) {
    Outcome outcome = committer.apply(id, command).toCompletableFuture().join();
    if (outcome instanceof Outcome.Refused refused) {
      throw new IllegalStateException(refused.detail());
    }
    acknowledge(id, command.repeatKey().orElseThrow());
  }

  /** The version read here is at least the acknowledged one, and was committed before it. */
  private void acknowledge(JobId id, String repeatKey) {
    Job job = store.find(id).orElseThrow();
    System.out.printf("acked %s %d %s %s .%n", id, job.version(), job.fence(), repeatKey);
  }
}
