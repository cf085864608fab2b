package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Submit;
import baton.protocol.Ask;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What stands in a job's way is said, with what a person can do. */
class NoticesTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final StoreId STORE = new StoreId("store-1");
  private final Job waiting =
      new Submit(
              new JobId("j1"),
              new JobSpec(
                  "first",
                  "digits",
                  Map.of(),
                  6,
                  7,
                  0,
                  Optional.of(STORE),
                  Policy.DEFAULT,
                  Optional.empty()),
              Optional.empty())
          .decide(NOON)
          .changed()
          .orElseThrow();

  @Test
  void aLeaseThatRanOutAsksForAWorker() {
    Job leased =
        new Acquire(ask(STORE), Optional.empty()).decide(waiting, NOON).changed().orElseThrow();

    assertThat(Notices.of(leased, List.of(), Optional.of(Duration.ZERO), NOON))
        .containsExactly(
            "Lease 1 of anna has run out, and nobody carries on yet. Start a worker that has the"
                + " program digits.");
    assertThat(Notices.of(leased, List.of(), Optional.of(Duration.ofSeconds(1)), NOON)).isEmpty();
  }

  @Test
  void aWorkerWithAnotherStoreIsNoHelp() {
    assertThat(Notices.of(waiting, List.of(ask(new StoreId("other"))), Optional.empty(), NOON))
        .singleElement()
        .asString()
        .startsWith("No waiting worker may have it: first is bound to the store store-1");
    assertThat(Notices.of(waiting, List.of(ask(STORE)), Optional.empty(), NOON)).isEmpty();
  }

  private static Ask ask(StoreId store) {
    return new Ask(
        Sha256.ofText("secret"),
        new SessionId("s1"),
        "anna",
        Set.of("digits"),
        Set.of(store),
        "cpu",
        Optional.empty(),
        Manifest.FORMAT);
  }
}
