package baton.proofs.crash;

import static org.assertj.core.api.Assertions.assertThat;

import baton.proofs.crash.Acknowledged.Committed;
import baton.proofs.crash.Acknowledged.Granted;
import baton.proofs.crash.Acknowledged.Steered;
import baton.proofs.crash.Acknowledged.Submitted;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final JobId JOB = new JobId("job");

  private final Ledger ledger = new Ledger();

  private static Granted granted(int fence, String secret) {
    return new Granted(
        JOB,
        new Fence(fence),
        Sha256.ofText(secret),
        new SessionId("session"),
        new Segment(Position.START, Position.ofEpochs(1)),
        1,
        2);
  }

  @Test
  void oneFenceForTwoSecretsIsADuplicate() {
    ledger.add(granted(1, "a"));
    ledger.add(granted(2, "b"));
    assertThat(ledger.findings()).isEmpty();

    ledger.add(granted(2, "c"));

    assertThat(ledger.findings())
        .containsExactly(CrashFinding.duplicate("lease 2 of job job was granted to two secrets"));
  }

  @Test
  void aJobIsOpenUntilItsCompletionIsAcknowledged() {
    ledger.add(new Submitted(JOB, "job"));
    assertThat(ledger.openJobs()).containsExactly(JOB);

    ledger.add(
        new Committed(
            JOB, new Fence(1), Sha256.ofText("m"), Optional.empty(), Position.ofEpochs(1), true));

    assertThat(ledger.openJobs()).isEmpty();
    assertThat(ledger.acknowledged()).isEqualTo(2);
  }

  @Test
  void nobodyKnowsWhetherAJobIsPausedWhileTheNextWordIsOnItsWay() {
    Steered paused = new Steered(JOB, true, ledger.tick());
    ledger.add(paused);
    assertThat(ledger.lastWord(JOB)).contains(paused);

    ledger.steering(JOB);

    assertThat(ledger.lastWord(JOB)).isEmpty();
  }

  @Test
  void theVerdictCountsWhatWasFound() {
    assertThat(new CrashVerdict(3, 70, List.of()).line())
        .isEqualTo("CRASH OK kills=3 acked=70 lost=0 duplicate-fences=0");

    CrashVerdict bad =
        new CrashVerdict(
            3, 70, List.of(CrashFinding.lost("a is gone"), CrashFinding.duplicate("b")));

    assertThat(bad.isOk()).isFalse();
    assertThat(bad.line())
        .isEqualTo(
            "CRASH FAILED kills=3 acked=70 lost=1 duplicate-fences=1 wrong=0, first: a is gone");
  }
}
