package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.StoreId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;

/** Whether a session may have a job's lease, regardless of who else wants it. */
final class Eligibility {
  private Eligibility() {}

  /** Why {@code ask} may not have {@code job}, as a clause of a sentence; empty if it may. */
  static Optional<String> obstacle(Job job, Ask ask, Instant now) {
    String name = job.spec().name();
    if (!ask.programs().contains(job.spec().program())) {
      return Optional.of(
          "%s needs the program %s, which this worker lacks".formatted(name, job.spec().program()));
    }
    if (storeFor(job, ask).isEmpty()) {
      return Optional.of(
          job.store()
              .map(
                  store ->
                      "%s is bound to the store %s, which this worker has not opened"
                          .formatted(name, store))
              .orElse(name + " needs a store, and this worker has opened none"));
    }
    int format = job.head().map(Checkpoint::format).orElse(1);
    if (format > ask.checkpointFormat()) {
      return Optional.of(
          "this worker is older than the checkpoints of %s (format %d): upgrade it"
              .formatted(name, format));
    }
    if (job.budget().avoids(ask.session())) {
      return Optional.of(name + " failed in this session and is not given to it again");
    }
    if (job.budget().isAccuser(ask.session())) {
      return Optional.of(
          "this session found the head of %s corrupt or gone, and a second session must agree"
              .formatted(name));
    }
    return job.budget()
        .barOf(ask.device(), now)
        .map(
            bar ->
                "%s is not given to %s until %s: %s %s"
                    .formatted(
                        name,
                        ask.device(),
                        bar.until().truncatedTo(ChronoUnit.SECONDS),
                        bar.message(),
                        bar.remedy()));
  }

  /**
   * The store the lease would use: the job's, or for an unbound job the session's first by name.
   */
  static Optional<StoreId> storeFor(Job job, Ask ask) {
    return job.store().isPresent()
        ? job.store().filter(ask.stores()::contains)
        : ask.stores().stream().min(Comparator.comparing(StoreId::value));
  }
}
