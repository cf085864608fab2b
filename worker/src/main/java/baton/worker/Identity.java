package baton.worker;

import baton.protocol.Ask;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a session states about itself with every request for a lease: its name and its capabilities.
 * Values that no request may carry are rejected here, before the first request.
 */
record Identity(
    SessionId session, String worker, Set<String> programs, Set<StoreId> stores, String device) {
  Identity {
    programs = Set.copyOf(programs);
    stores = Set.copyOf(stores);
    Ask.of(Sha256.ofText(""), session, worker, programs, stores, device).reading(Manifest.FORMAT);
  }

  Ask ask(Sha256 secretHash, Optional<Duration> endsIn) {
    return Ask.of(secretHash, session, worker, programs, stores, device)
        .endingIn(endsIn)
        .reading(Manifest.FORMAT);
  }
}
