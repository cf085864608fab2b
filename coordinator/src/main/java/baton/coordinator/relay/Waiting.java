package baton.coordinator.relay;

import baton.protocol.Ask;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A request for a lease that waits.
 *
 * @param since when it came, by the monotonic clock
 * @param until when it is answered with nothing
 * @param stillThere whether its connection is open; nothing is granted to a closed one
 */
record Waiting(
    Ask ask,
    Duration since,
    Duration until,
    BooleanSupplier stillThere,
    CompletableFuture<Acquired> answer) {
  boolean isThere() {
    return stillThere.getAsBoolean();
  }
}
