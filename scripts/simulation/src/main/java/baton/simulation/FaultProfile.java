package baton.simulation;

import java.time.Duration;

/**
 * The faults of one simulation. The seed turns each kind on or off, so that some runs have a single
 * kind and others all of them.
 *
 * @param lost probability that a request, or its reply, is lost
 * @param doubled probability that a request arrives twice
 * @param deathEvery mean seconds between deaths of a worker; 0: none
 * @param planned probability that a session knows its end and leaves in an orderly way
 * @param hang probability that a batch hangs for ever
 * @param sleepEvery mean seconds between sleeps of a worker's machine
 * @param cutEvery mean seconds between losses of a worker's network
 * @param clockJumps whether wall clocks jump
 * @param restartEvery mean seconds between kills of the coordinator
 * @param restoreEvery mean seconds between restores of a backup
 * @param storeFailure probability that an operation on the store fails
 * @param rotEvery mean seconds between corruptions of a file in the store
 * @param slowUpload whether uploads are slower than a lease's ttl
 * @param coordinatorReaches whether the coordinator can read the store
 * @param untilCalm when all faults end, so that the relay must finish
 */
record FaultProfile(
    double lost,
    double doubled,
    double deathEvery,
    double planned,
    double hang,
    double sleepEvery,
    double cutEvery,
    boolean clockJumps,
    double restartEvery,
    double restoreEvery,
    double storeFailure,
    double rotEvery,
    boolean slowUpload,
    boolean coordinatorReaches,
    Duration untilCalm) {

  static final FaultProfile FINE =
      new FaultProfile(0, 0, 0, 0, 0, 0, 0, false, 0, 0, 0, 0, false, true, Duration.ZERO);

  static FaultProfile drawnFrom(Chance chance) {
    return new FaultProfile(
        chance.happens(0.5) ? 0.08 : 0,
        chance.happens(0.5) ? 0.15 : 0,
        chance.happens(0.6) ? chance.between(60, 400) : 0,
        chance.happens(0.3) ? 0.5 : 0,
        chance.happens(0.15) ? 0.01 : 0,
        chance.happens(0.2) ? chance.between(100, 400) : 0,
        chance.happens(0.4) ? chance.between(100, 400) : 0,
        chance.happens(0.3),
        chance.happens(0.4) ? chance.between(60, 300) : 0,
        chance.happens(0.1) ? chance.between(200, 600) : 0,
        chance.happens(0.3) ? 0.05 : 0,
        chance.happens(0.15) ? chance.between(100, 400) : 0,
        chance.happens(0.2),
        chance.happens(0.7),
        Duration.ofSeconds(chance.between(300, 900)));
  }
}
