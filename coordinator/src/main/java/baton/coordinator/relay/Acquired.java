package baton.coordinator.relay;

import baton.coordinator.lease.Outcome;
import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import java.util.Optional;

/** What came of a request for a lease. */
public sealed interface Acquired {
  /** A lease, with what remained of it when this was said. */
  record Leased(Grant grant) implements Acquired {}

  /** Nothing in the time waited; why, and the head a standby may keep ready. */
  record Nothing(String reason, Optional<Checkpoint> standby) implements Acquired {}

  /** The request cannot be granted, and waiting would not help. */
  record Refused(Outcome.Refused refusal) implements Acquired {}
}
