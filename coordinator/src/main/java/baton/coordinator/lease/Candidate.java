package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Span;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A session that waits for a job, and how much it is expected to train. Of several, the job goes to
 * the one that is expected to get the most done before it ends, and among equals to the first.
 *
 * @param waited how long its request has waited
 * @param lifetime how long sessions on such a device last until they vanish
 * @param speed of its device in this job, relative to the fastest known; 1 if nothing is known
 */
public record Candidate(Ask ask, Duration waited, LifetimeEstimate lifetime, double speed) {

  /** The first of those that are expected to get the most done. */
  public static Optional<Candidate> best(Collection<Candidate> inTheirOrder) {
    return inTheirOrder.stream().max(Comparator.comparingDouble(Candidate::promise)).stream()
        .flatMap(most -> inTheirOrder.stream().filter(c -> c.promise() >= most.promise()))
        .findFirst();
  }

  /**
   * How long the session is expected to last: sessions vanish at a constant rate, which {@link
   * SessionLifetimes} learns, and a session that knows its end lasts no longer.
   */
  Duration expectedLife() {
    double mean = lifetime.meanTimeToLoss().toMillis();
    return ask.endsIn()
        .map(ends -> Math.max(0, ends.minus(waited).toMillis()))
        .map(left -> Duration.ofMillis(Math.round(mean * -Math.expm1(-left / mean))))
        .orElse(lifetime.meanTimeToLoss());
  }

  private double promise() {
    return expectedLife().toMillis() * speed;
  }

  /** For people, why it was chosen among {@code all}. */
  public String whyAmong(Collection<Candidate> all) {
    boolean alike = all.stream().allMatch(other -> other.promise() >= promise());
    boolean faster = all.stream().anyMatch(other -> other.speed < speed);
    return "%s was chosen among %d waiting workers: %s"
        .formatted(
            ask.worker(),
            all.size(),
            alike
                ? "it waited longest, and none promises more"
                : "its session is expected to last %s%s"
                    .formatted(Span.of(expectedLife()), faster ? ", on a faster device" : ""));
  }
}
