package baton.proofs.cluster;

import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.StoreId;
import java.util.ArrayList;
import java.util.List;

/** The jobs of a trial: they have short leases, and failure budgets that no churn exhausts. */
final class Jobs {
  static final String PROGRAM = "load";
  static final StoreId STORE = new StoreId("store");

  private static final int EPOCHS = 40;
  private static final int MANY = 1_000_000;

  private final Pace pace;
  private final List<Known> all = new ArrayList<>();
  private final List<Known> open = new ArrayList<>();

  Jobs(Pace pace) {
    this.pace = pace;
  }

  /** The id and the name of a job. */
  record Known(JobId id, String name) {}

  /** The name and the key of the {@code number}-th job. */
  static String name(int number) {
    return "job-" + number;
  }

  JobSpec spec(int number) {
    Policy policy =
        Policy.DEFAULT
            .withTtl(pace.ttl())
            .withSegmentEpochs(2)
            .withCadence(Cadence.EVERY_EPOCH)
            .withLostInARow(MANY)
            .withStallsInARow(MANY);
    return JobSpec.of(name(number), PROGRAM, EPOCHS)
        .withSeed(number)
        .withStore(STORE)
        .withPolicy(policy);
  }

  synchronized void submitted(Known job) {
    all.add(job);
    open.add(job);
  }

  synchronized void completed(JobId job) {
    open.removeIf(known -> known.id().equals(job));
  }

  synchronized List<Known> all() {
    return List.copyOf(all);
  }

  /** The jobs whose completion was not acknowledged yet. */
  synchronized List<Known> open() {
    return List.copyOf(open);
  }
}
