package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Submit;
import baton.protocol.Ask;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
              JobSpec.of("first", "digits", 6).withSeed(7).withStore(STORE),
              Optional.empty())
          .decide(NOON)
          .changed()
          .orElseThrow();

  @Test
  void aLeaseThatRanOutAsksForAWorker() {
    Job leased = Acquire.free(ask(STORE)).decide(waiting, NOON).changed().orElseThrow();

    assertThat(Notices.of(leased, List.of(), Optional.of(Duration.ZERO), NOON))
        .containsExactly(
            "Lease 1 of anna has run out, and nobody carries on yet. Start a worker that has the"
                + " program digits.");
  }

  @Test
  void aHolderThatMissesARenewalIsShownAsSilent() {
    Job leased = Acquire.free(ask(STORE)).decide(waiting, NOON).changed().orElseThrow();

    assertThat(Notices.of(leased, List.of(), Optional.of(Duration.ofSeconds(31)), NOON)).isEmpty();
    assertThat(Notices.of(leased, List.of(), Optional.of(Duration.ofSeconds(12)), NOON))
        .containsExactly("No sign of anna for 48s; another worker may take over in 12s.");
  }

  @Test
  void aWorkerWithAnotherStoreIsNoHelp() {
    assertThat(Notices.of(waiting, List.of(ask(new StoreId("other"))), Optional.empty(), NOON))
        .singleElement()
        .asString()
        .startsWith("No waiting worker may have it: first is bound to the store store-1");
    assertThat(Notices.of(waiting, List.of(ask(STORE)), Optional.empty(), NOON)).isEmpty();
  }

  @Test
  void aJobThatHasFailedIsNotToldThatItMayPause() {
    Job job = waiting;
    for (String session : List.of("s1", "s2", "s3")) {
      job = failedIn(session, job);
    }

    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(Notices.of(job, List.of(), Optional.empty(), NOON))
        .containsExactly(
            "Failed 3 times at this head (the same error from 3 sessions fails the job); the last:"
                + " It has no such layer.");
    assertThat(Notices.of(failedIn("s1", waiting), List.of(), Optional.empty(), NOON))
        .anyMatch(notice -> notice.startsWith("Failed once at this head"));
  }

  private static Job failedIn(String session, Job job) {
    Ask ask = ask(STORE);
    Ask other =
        Ask.of(
                ask.secretHash(),
                new SessionId(session),
                ask.worker(),
                ask.programs(),
                ask.stores(),
                ask.device())
            .endingIn(ask.endsIn())
            .reading(ask.checkpointFormat());
    Job leased = Acquire.free(other).decide(job, NOON).changed().orElseThrow();
    Trouble trouble = Trouble.program("It has no such layer.", "Mend it.");
    return new Fail(leased.fence(), ask.secretHash(), trouble)
        .decide(leased, NOON)
        .changed()
        .orElseThrow();
  }

  private static Ask ask(StoreId store) {
    return Ask.of(
            Sha256.ofText("secret"),
            new SessionId("s1"),
            "anna",
            Set.of("digits"),
            Set.of(store),
            "cpu")
        .reading(Manifest.FORMAT);
  }
}
