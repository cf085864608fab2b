package baton.proofs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobId;
import org.junit.jupiter.api.Test;

class OperatorTest {
  private static final Jobs.Known JOB = new Jobs.Known(new JobId("7f"), "job");

  @Test
  void aWordThatWasAcknowledgedIsObeyed() {
    assertThat(Operator.disobedience(JOB, false, "RUNNING")).isEmpty();
    assertThat(Operator.disobedience(JOB, true, "PAUSING")).isEmpty();
    assertThat(Operator.disobedience(JOB, true, "RUNNING"))
        .contains("job is RUNNING, though it was paused last");
  }

  @Test
  void aJobThatItsHolderCompletedDisobeysNobody() {
    assertThat(Operator.disobedience(JOB, true, "COMPLETE")).isEmpty();
    assertThat(Operator.disobedience(JOB, false, "COMPLETE")).isEmpty();
  }

  @Test
  void aJobIsOpenUntilItsCompletionIsAcknowledged() {
    Jobs jobs = new Jobs(Pace.RUSHED);
    jobs.submitted(JOB);
    assertThat(jobs.open()).containsExactly(JOB);

    jobs.completed(JOB.id());

    assertThat(jobs.open()).isEmpty();
    assertThat(jobs.all()).containsExactly(JOB);
  }
}
