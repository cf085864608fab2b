package baton.protocol.client;

import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import java.util.Optional;

/** The answer to a request for a lease. */
public sealed interface Asked {
  /** A lease; its ttl counts from when the request was sent, plus the time it waited (R9). */
  record Leased(Grant grant) implements Asked {}

  /** No lease in the time waited: why, and the head that a standby may keep ready. */
  record Nothing(String reason, Optional<Checkpoint> standby) implements Asked {}
}
