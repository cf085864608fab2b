package baton.storage.s3;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the store in a bucket. The search runs in {@link #step}, so callers of {@link #find} never
 * wait for the network. It creates a store only if {@link #makeIfNone} was called.
 */
public final class S3Locator implements StoreLocator {
  private static final Logger LOG = LoggerFactory.getLogger(S3Locator.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** Opens the store. */
  interface Look {
    /**
     * @param make whether to create a store if there is none
     */
    CheckpointStore open(boolean make) throws StoreException;
  }

  /** How long a bucket that was not reached yet may still be the store that a commit names. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Look look;
  private final S3Location place;
  private final InstantSource clock;
  private volatile Optional<CheckpointStore> seen = Optional.empty();
  private final Instant begun;
  private volatile boolean wanted;
  private Instant due = Instant.MIN;
  private volatile String told = "";

  /**
   * @param newId draws the id of a store that is created
   */
  public S3Locator(S3Location place, InstantSource clock, Supplier<StoreId> newId) {
    this(make -> make ? S3Store.open(place, newId) : S3Store.find(place), place, clock);
  }

  S3Locator(Look look, S3Location place, InstantSource clock) {
    this.look = look;
    this.place = place;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Looks for the store, if that is due; called about once a second, by one thread. */
  public void step() {
    if (seen.isPresent() || clock.instant().isBefore(due)) {
      return;
    }
    try {
      seen = Optional.of(look.open(wanted));
      LOG.info("The store {} is reached at {}.", seen.get().id(), place);
    } catch (StoreException e) {
      if (!e.getMessage().equals(told)) {
        LOG.warn("{}", e.getMessage());
      }
      told = e.getMessage();
    }
    due = clock.instant().plus(BETWEEN_LOOKS);
  }

  /** Makes the next look create the store if there is none: workers without keys cannot. */
  public void makeIfNone() {
    wanted = true;
  }

  @Override
  public Optional<CheckpointStore> find() {
    return seen;
  }

  /** Why there is no store, and what to do about it. */
  public String whyNot() {
    return told.isEmpty() ? "The store at %s is being looked for.".formatted(place) : told;
  }

  @Override
  public Optional<String> awaited() {
    boolean waits = clock.instant().isBefore(begun.plus(LONGEST_WAIT));
    return seen.isEmpty() && waits ? Optional.of(whyNot()) : Optional.empty();
  }

  @Override
  public String whyNot(StoreId store) {
    return "The store %s was not found at %s. Check the bucket, the keys and the endpoint."
        .formatted(store, place);
  }
}
