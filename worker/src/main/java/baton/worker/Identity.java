package baton.worker;

import baton.protocol.Ask;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Who a session is, and what it can do: what it tells with every request for a lease. */
record Identity(
    SessionId session, String worker, Set<String> programs, StoreId store, String device) {

  Ask ask(Sha256 secretHash, Optional<Duration> endsIn) {
    return new Ask(secretHash, session, worker, programs, Set.of(store), device, endsIn);
  }
}
