package baton.storage.drive;

import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * All that a call to Drive needs besides its question.
 *
 * @param random may be asked by several threads
 */
public record DriveSetup(
    DriveConnection connection, DrivePolicy policy, DriveTime time, RandomGenerator random) {

  /** One call about metadata. */
  interface Call<T> {
    T execute() throws IOException;
  }

  DriveAttempts attempts(String doing, long bytes) {
    return new DriveAttempts(doing, this, time.now().plus(policy.deadline(bytes)));
  }

  /** Calls, again and again while the failure may pass. */
  <T> T call(String doing, Call<T> call) throws StoreException {
    DriveAttempts attempts = attempts(doing, 0);
    while (true) {
      try {
        return call.execute();
      } catch (IOException e) {
        attempts.failed(DriveFailure.of(e));
      }
    }
  }

  Duration now() {
    return time.now();
  }
}
