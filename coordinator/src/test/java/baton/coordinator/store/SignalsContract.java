package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Signals;
import baton.protocol.JobId;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every way to give word of changed jobs promises. */
abstract class SignalsContract {
  private static final JobId JOB = new JobId("mnist");

  /** The same way each time it is asked. */
  abstract Signals signals();

  @Test
  void aSignalReachesEveryListener() throws InterruptedException {
    BlockingQueue<JobId> first = new LinkedBlockingQueue<>();
    BlockingQueue<JobId> second = new LinkedBlockingQueue<>();
    signals().listen(first::add);
    signals().listen(second::add);

    signals().jobChanged(JOB);

    assertThat(first.poll(10, TimeUnit.SECONDS)).isEqualTo(JOB);
    assertThat(second.poll(10, TimeUnit.SECONDS)).isEqualTo(JOB);
  }

  @Test
  void signalsComeInTheOrderInWhichTheyWereSent() throws InterruptedException {
    BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
    signals().listen(heard::add);
    for (int i = 0; i < 100; i++) {
      signals().jobChanged(new JobId("job-" + i));
    }

    for (int i = 0; i < 100; i++) {
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new JobId("job-" + i));
    }
  }
}
