package baton.proofs.cluster;

import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Repeats the same request until it is answered (R8).
 *
 * @param over whether answers are no longer needed
 */
record Persistence(Pace pace, SplittableRandom random, BooleanSupplier over) {
  private static final int TEMPORARY = 503;

  /** A request to coordinators, some of which may be down. */
  @FunctionalInterface
  interface Request<T> {
    T send() throws ProblemException, UnreachableException, InterruptedException;
  }

  /** The answer; a refusal is thrown. Empty if all is over before an answer arrives. */
  <T> Optional<T> answerTo(Request<T> request) throws ProblemException, InterruptedException {
    while (true) {
      try {
        return Optional.of(request.send());
      } catch (UnreachableException e) {
        pace.pauseBeforeAgain(random);
      } catch (ProblemException e) {
        if (e.status() != TEMPORARY) {
          throw e;
        }
        pace.pauseBeforeAgain(random);
      }
      if (over.getAsBoolean()) {
        return Optional.empty();
      }
    }
  }
}
