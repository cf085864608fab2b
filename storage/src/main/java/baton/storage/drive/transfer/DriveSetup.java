package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.oauth.DriveConsent;
import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Everything that a call to Drive needs besides the request.
 *
 * @param random may be used by several threads
 */
public record DriveSetup(
    DriveConnection connection, DrivePolicy policy, StoreTime time, RandomGenerator random) {

  /** The setup for calls to the store of this consent. */
  public static DriveSetup of(
      DriveConsent consent, DrivePolicy policy, StoreTime time, RandomGenerator random) {
    return new DriveSetup(DriveConnection.open(consent), policy, time, random);
  }

  /** One metadata call. */
  public interface Call<T> {
    T execute() throws IOException;
  }

  DriveAttempts attempts(String doing, long bytes) {
    return new DriveAttempts(doing, this, time.now().plus(policy.deadline(bytes)));
  }

  /** Makes a call, with retries while the failure may pass. */
  public <T> T call(String doing, Call<T> call) throws StoreException {
    DriveAttempts attempts = attempts(doing, 0);
    while (true) {
      try {
        return call.execute();
      } catch (IOException e) {
        attempts.failed(DriveFailure.of(e));
      }
    }
  }

  public Duration now() {
    return time.now();
  }
}
