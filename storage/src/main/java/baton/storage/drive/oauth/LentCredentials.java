package baton.storage.drive.oauth;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.storage.StoreTime;
import com.google.auth.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Access that a coordinator lends with a lease and its renewals: short-lived, and without any means
 * to get more. When it has ended, a request waits a while for the next renewal to bring another.
 */
public final class LentCredentials extends Credentials {
  private static final long serialVersionUID = 1L;

  /** Gives a person time to sign in again while an upload waits and keeps its progress. */
  public static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  /** Access that ends within this time is not used for a request any more. */
  private static final Duration TOO_LITTLE = Duration.ofSeconds(5);

  private final transient StoreTime time;
  private transient Optional<StoreAccess> access = Optional.empty();
  private transient Duration until = Duration.ZERO;
  private transient boolean refused;

  public LentCredentials(StoreTime time) {
    this.time = time;
  }

  /** Stores newly lent access, which replaces the older. */
  public synchronized void lent(StoreAccess newest) {
    if (!access.map(StoreAccess::token).equals(Optional.of(newest.token()))) {
      refused = false;
    }
    access = Optional.of(newest);
    until = time.now().plus(newest.expiresIn());
  }

  /** The access that was lent last, ended or not. */
  public synchronized Optional<StoreAccess> newest() {
    return access;
  }

  /** The sha256 of the newest token, by which the coordinator knows which one this worker has. */
  public synchronized Sha256 held() {
    return Sha256.ofText(access.map(StoreAccess::token).orElse(""));
  }

  /**
   * Whether Google has refused the newest access before its end, so that another is needed at once.
   */
  public synchronized boolean isRefused() {
    return refused;
  }

  Optional<String> client() {
    return newest().map(StoreAccess::client);
  }

  /** Waits for usable access, at most {@link #PATIENCE}. */
  public StoreAccess await() throws IOException {
    Duration end = time.now().plus(PATIENCE);
    Optional<StoreAccess> good = good();
    while (good.isEmpty() && time.now().compareTo(end) < 0) {
      try {
        time.sleep(BETWEEN_LOOKS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NotLent();
      }
      good = good();
    }
    return good.orElseThrow(NotLent::new);
  }

  private synchronized Optional<StoreAccess> good() {
    boolean ends = until.minus(time.now()).compareTo(TOO_LITTLE) < 0;
    return refused || ends ? Optional.empty() : access;
  }

  /** Called when Google has refused the newest access: from now on only another one counts. */
  @Override
  public void refresh() throws IOException {
    synchronized (this) {
      refused = true;
    }
    await();
  }

  @Override
  public Map<String, List<String>> getRequestMetadata(URI address) throws IOException {
    return Map.of("Authorization", List.of("Bearer " + await().token()));
  }

  @Override
  public String getAuthenticationType() {
    return "OAuth2";
  }

  @Override
  public boolean hasRequestMetadata() {
    return true;
  }

  @Override
  public boolean hasRequestMetadataOnly() {
    return true;
  }

  @Override
  public String toString() {
    return "lent access";
  }
}
