package baton.proofs.cluster;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** How fast the clients of a trial are, and how long its leases last. */
enum Pace {
  /** As workers with short epochs. */
  STEADY(Duration.ofSeconds(6), Duration.ofSeconds(10), 200, 1_200, 0.33, 150),
  /** As fast as they are answered. */
  RUSHED(Duration.ofSeconds(2), Duration.ofSeconds(1), 0, 1, 0.75, 3_000);

  private static final int LEAST_BEFORE_AGAIN_MILLIS = 20;
  private static final int MOST_BEFORE_AGAIN_MILLIS = 120;

  private final Duration ttl;
  private final Duration wait;
  private final int leastMillis;
  private final int mostMillis;
  private final double commits;
  private final int sleepsOneIn;

  Pace(
      Duration ttl,
      Duration wait,
      int leastMillis,
      int mostMillis,
      double commits,
      int sleepsOneIn) {
    this.ttl = ttl;
    this.wait = wait;
    this.leastMillis = leastMillis;
    this.mostMillis = mostMillis;
    this.commits = commits;
    this.sleepsOneIn = sleepsOneIn;
  }

  Duration ttl() {
    return ttl;
  }

  /** How long a request for a lease may be held. */
  Duration held() {
    return wait;
  }

  /** Whether a holder's next request is a commit; otherwise it is a renewal. */
  boolean commits(SplittableRandom random) {
    return random.nextDouble() < commits;
  }

  /** Now and then a worker sleeps, often past its lease's end; returns whether it did. */
  boolean sleeps(SplittableRandom random) throws InterruptedException {
    if (random.nextInt(sleepsOneIn) > 0) {
      return false;
    }
    pause(random, ttl.toMillis() * 2 / 3, ttl.toMillis() * 5 / 2);
    return true;
  }

  void pauseBetween(SplittableRandom random) throws InterruptedException {
    pause(random, leastMillis, mostMillis);
  }

  /** Pauses before a request without an answer is sent again. */
  void pauseBeforeAgain(SplittableRandom random) throws InterruptedException {
    pause(
        random,
        Math.max(leastMillis, LEAST_BEFORE_AGAIN_MILLIS),
        Math.max(mostMillis, MOST_BEFORE_AGAIN_MILLIS));
  }

  private static void pause(SplittableRandom random, long least, long most)
      throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextLong(least, most));
  }
}
