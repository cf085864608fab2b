package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.Samples;
import baton.coordinator.lease.Submit;
import baton.coordinator.store.MemoryJobStore;
import baton.protocol.JobId;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TransitionLogTest {
  private static final JobId MNIST = new JobId("id-mnist");

  private final Logger logger = (Logger) LoggerFactory.getLogger("baton");
  private final Lines lines = new Lines();
  private final MemoryJobStore jobs = new MemoryJobStore();
  private final List<Runnable> io = new ArrayList<>();
  private final TransitionLog log = new TransitionLog(jobs, io::add);

  /** What was logged; each line may have something happen while it is. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<String> told = new ArrayList<>();
    private Consumer<String> meanwhile = line -> {};

    @Override
    protected void append(ILoggingEvent event) {
      told.add(event.getFormattedMessage());
      meanwhile.accept(event.getFormattedMessage());
    }
  }

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    Submit submit = new Submit(MNIST, Samples.spec("mnist"), Optional.empty());
    jobs.save(List.of(Transition.of(0, submit.decide(Samples.NOON), Optional.empty())));
    log.submitted(submit);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
  }

  @Test
  void linesAreToldInTheOrderOfTheDecisionsWhicheverThreadIsFirst() {
    isPaused();
    isCancelled();

    for (int last = io.size() - 1; last >= 0; last--) {
      io.get(last).run();
    }

    assertThat(lines.told)
        .containsExactly(
            "mnist: submitted as id-mnist, digits for 6 epochs",
            "mnist: is now PAUSED",
            "mnist: is now CANCELLED");
  }

  @Test
  void whatIsDecidedWhileALineIsToldIsToldAfterIt() {
    lines.meanwhile =
        line -> {
          if (line.contains("submitted")) {
            isPaused();
            isCancelled();
          }
        };

    io.remove(0).run();

    assertThat(io).as("other threads that might overtake").isEmpty();
    assertThat(lines.told).last().isEqualTo("mnist: is now CANCELLED");
  }

  @Test
  void aCoordinatorThatStopsTellsTheLastLinesByTheJobsId() {
    TransitionLog stopping =
        new TransitionLog(
            jobs,
            work -> {
              throw new RejectedExecutionException("stopped");
            });

    stopping.answered(MNIST, new Cancel(), new Outcome.Now(JobState.CANCELLED));

    assertThat(lines.told).containsExactly("id-mnist: is now CANCELLED");
  }

  private void isPaused() {
    log.answered(MNIST, new Pause(Optional.empty()), new Outcome.Now(JobState.PAUSED));
  }

  private void isCancelled() {
    log.answered(MNIST, new Cancel(), new Outcome.Now(JobState.CANCELLED));
  }
}
