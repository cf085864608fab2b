package baton.proofs.crash;

import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Sends a request again, the very same, until the coordinator answers it (R8). */
final class Persistence {
  private static final int TEMPORARY = 503;
  private static final int LEAST_PAUSE_MILLIS = 20;
  private static final int MOST_PAUSE_MILLIS = 120;

  private final SplittableRandom random;

  Persistence(SplittableRandom random) {
    this.random = random;
  }

  /** A request to a coordinator that may be down. */
  @FunctionalInterface
  interface Request<T> {
    T send() throws ProblemException, UnreachableException, InterruptedException;
  }

  /** The answer, which may be a refusal. */
  <T> T answerTo(Request<T> request) throws ProblemException, InterruptedException {
    while (true) {
      try {
        return request.send();
      } catch (UnreachableException e) {
        pause();
      } catch (ProblemException e) {
        if (e.status() != TEMPORARY) {
          throw e;
        }
        pause();
      }
    }
  }

  private void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS));
  }
}
