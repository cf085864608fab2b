package baton.protocol.client;

import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import java.util.Optional;

/** What came of asking for a lease. */
public sealed interface Asked {
  /** A lease; its ttl counts from the sending of the request, plus what it waited (R9). */
  record Leased(Grant grant) implements Asked {}

  /** Nothing in the time waited; why, and the head a standby may keep ready. */
  record Nothing(String reason, Optional<Checkpoint> standby) implements Asked {}
}
