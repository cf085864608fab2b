package baton.worker.segment;

import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a session, chosen by the person who starts it.
 *
 * @param endsIn how long the session will last, if known
 * @param once whether it ends with its first lease
 * @param idleExit it ends after this long without work, since an idle GPU costs money
 * @param askWait how long one request for a lease may be held
 * @param shutdownWithin how soon it must end once told to
 * @param stopWithin how long a program may take to return from a batch after being stopped
 */
public record SegmentSettings(
    Optional<Duration> endsIn,
    boolean once,
    Duration idleExit,
    Duration askWait,
    Duration shutdownWithin,
    Duration stopWithin) {
  public static final SegmentSettings DEFAULT =
      new SegmentSettings(
          Optional.empty(),
          false,
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(18),
          Duration.ofSeconds(60));

  public SegmentSettings endingIn(Duration duration) {
    return new SegmentSettings(
        Optional.of(duration), once, idleExit, askWait, shutdownWithin, stopWithin);
  }

  public SegmentSettings forOneLease() {
    return new SegmentSettings(endsIn, true, idleExit, askWait, shutdownWithin, stopWithin);
  }

  public SegmentSettings idleFor(Duration atMost) {
    return new SegmentSettings(endsIn, once, atMost, askWait, shutdownWithin, stopWithin);
  }
}
