package baton.storage.s3;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in a bucket, from the moment that it is first seen there: whoever asks for it waits for
 * no network. It makes none.
 */
public final class S3Locator implements StoreLocator {
  private static final Logger LOG = LoggerFactory.getLogger(S3Locator.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** Opens the store. */
  interface Look {
    CheckpointStore open() throws StoreException;
  }

  private final Look look;
  private final S3Location place;
  private final InstantSource clock;
  private volatile Optional<CheckpointStore> seen = Optional.empty();
  private Instant due = Instant.MIN;
  private String told = "";

  public S3Locator(S3Location place, InstantSource clock) {
    this(() -> S3Store.find(place), place, clock);
  }

  S3Locator(Look look, S3Location place, InstantSource clock) {
    this.look = look;
    this.place = place;
    this.clock = clock;
  }

  /** Looks for it, if that is due; called about once a second, by one thread. */
  public void step() {
    if (seen.isPresent() || clock.instant().isBefore(due)) {
      return;
    }
    try {
      seen = Optional.of(look.open());
      LOG.info("The store {} is reached at {}.", seen.get().id(), place);
    } catch (StoreException e) {
      if (!e.getMessage().equals(told)) {
        LOG.warn("{}", e.getMessage());
      }
      told = e.getMessage();
    }
    due = clock.instant().plus(BETWEEN_LOOKS);
  }

  @Override
  public Optional<CheckpointStore> find() {
    return seen;
  }

  @Override
  public String whyNot(StoreId store) {
    return "The store %s was not found at %s. Check the bucket, the keys and the endpoint."
        .formatted(store, place);
  }
}
