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
 * Who a session is, and what it can do: what it tells with every request for a lease. What no
 * request could carry is refused here, before the first.
 */
record Identity(
    SessionId session, String worker, Set<String> programs, Set<StoreId> stores, String device) {
  Identity {
    programs = Set.copyOf(programs);
    stores = Set.copyOf(stores);
    new Ask(
        Sha256.ofText(""),
        session,
        worker,
        programs,
        stores,
        device,
        Optional.empty(),
        Manifest.FORMAT);
  }

  Ask ask(Sha256 secretHash, Optional<Duration> endsIn) {
    return new Ask(secretHash, session, worker, programs, stores, device, endsIn, Manifest.FORMAT);
  }
}
