package baton.coordinator.relay;

import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A waiting request for a lease.
 *
 * @param since when it arrived, by the monotonic clock
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

  void answerNothing(String reason, Optional<Checkpoint> standby) {
    answer.complete(new Acquired.Nothing(reason, standby));
  }

  void sendHome() {
    answerNothing("the coordinator is shutting down", Optional.empty());
  }
}
