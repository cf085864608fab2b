package baton.coordinator.relay;

import baton.coordinator.lease.Outcome;
import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import java.util.Optional;

/** The answer to a request for a lease. */
public sealed interface Acquired {
  /** A lease, with its remaining time when the answer was made. */
  record Leased(Grant grant) implements Acquired {}

  /** No lease in the time waited: why, and the head that a standby may keep ready. */
  record Nothing(String reason, Optional<Checkpoint> standby) implements Acquired {}

  /** The request cannot be granted, and waiting would not help. */
  record Refused(Outcome.Refused refusal) implements Acquired {}
}
