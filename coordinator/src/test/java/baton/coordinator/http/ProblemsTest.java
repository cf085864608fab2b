package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.coordinator.relay.BadCommit;
import baton.protocol.JobId;
import baton.protocol.ProblemType;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class ProblemsTest {
  @ParameterizedTest
  @EnumSource(Refusal.class)
  void everyRefusalIsAProblemOfItsOwn(Refusal why) {
    ProblemRaised raised = Problems.of(new Outcome.Refused(why, "Because."));

    assertThat(raised.type().name()).isEqualTo(why.name());
    assertThat(raised.type().status()).isBetween(400, 499);
    assertThat(raised.problem().detail()).isEqualTo("Because.");
  }

  @ParameterizedTest
  @EnumSource(BadCommit.Kind.class)
  void everyBadCommitHasAType(BadCommit.Kind kind) {
    assertThat(ProblemType.valueOf(kind.name()).status()).isEqualTo(422);
  }

  @Test
  void aFailureIsTheSameHoweverManyStagesItPassed() {
    Throwable wrapped =
        new CompletionException(new CompletionException(new UnknownJob(new JobId("j"))));

    assertThat(Problems.of(wrapped).type()).isEqualTo(ProblemType.UNKNOWN_JOB);
  }

  @Test
  void aDatabaseThatCannotAnswerMeansTryAgain() {
    ProblemRaised raised = Problems.of(new StoreUnavailable("The disk is full.", null));

    assertThat(raised.type()).isEqualTo(ProblemType.DATABASE_UNAVAILABLE);
    assertThat(raised.problem().status()).isEqualTo(503);
  }

  @Test
  void aFaultIsLoggedOnceUnderTheIdThatIsToldAndNothingElseIs() {
    Logger logger = (Logger) LoggerFactory.getLogger(Problems.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    logger.setAdditive(false);
    try {
      ProblemRaised raised = Problems.of(new IllegalStateException("a secret detail"));

      assertThat(raised.type()).isEqualTo(ProblemType.FAULT);
      assertThat(raised.getMessage()).doesNotContain("secret", "Exception");
      assertThat(log.list).hasSize(1);
      String id = (String) log.list.get(0).getArgumentArray()[0];
      assertThat(raised.getMessage()).contains(id);
    } finally {
      logger.setAdditive(true);
      logger.detachAppender(log);
    }
  }
}
