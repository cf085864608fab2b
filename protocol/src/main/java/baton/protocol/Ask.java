package baton.protocol;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A session's request for a lease.
 *
 * @param secretHash sha256 of a secret the session drew; it also identifies a repeated request
 * @param worker the label a person gave the worker
 * @param programs names of the programs it can run
 * @param stores ids of the stores whose root it has read (R15)
 * @param device the kind of device it trains on, such as {@code cpu} or {@code Tesla T4}
 * @param endsIn how long the session will last, if it knows
 * @param checkpointFormat the newest checkpoint format that the worker reads; 0 (records of older
 *     versions) counts as 1
 */
public record Ask(
    Sha256 secretHash,
    SessionId session,
    String worker,
    Set<String> programs,
    Set<StoreId> stores,
    String device,
    Optional<Duration> endsIn,
    int checkpointFormat) {
  public Ask {
    Names.pathSafe("A worker's name", worker);
    if (device.isBlank() || device.length() > 100) {
      throw new IllegalArgumentException("a device is named in 1 to 100 characters");
    }
    if (programs.isEmpty()) {
      throw new IllegalArgumentException("a worker asks with at least one program");
    }
    programs = Set.copyOf(programs);
    stores = Set.copyOf(stores);
    checkpointFormat = Math.max(1, checkpointFormat);
  }

  /** From a session that does not know its end, and reads the first checkpoint format. */
  public static Ask of(
      Sha256 secretHash,
      SessionId session,
      String worker,
      Set<String> programs,
      Set<StoreId> stores,
      String device) {
    return new Ask(secretHash, session, worker, programs, stores, device, Optional.empty(), 1);
  }

  /** The same from a session that lasts so long; empty: it does not know. */
  public Ask endingIn(Optional<Duration> end) {
    return new Ask(secretHash, session, worker, programs, stores, device, end, checkpointFormat);
  }

  /** The same from a worker that reads formats up to this one. */
  public Ask reading(int newestFormat) {
    return new Ask(secretHash, session, worker, programs, stores, device, endsIn, newestFormat);
  }

  /** The same request, with {@code store} among the stores whose root the session has read. */
  public Ask alsoReading(StoreId store) {
    Set<StoreId> all = new HashSet<>(stores);
    all.add(store);
    return new Ask(secretHash, session, worker, programs, all, device, endsIn, checkpointFormat);
  }
}
