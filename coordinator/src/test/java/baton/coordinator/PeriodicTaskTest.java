package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PeriodicTaskTest {
  @Test
  void aBeatThatFailsIsToldOnceAndSoIsThatItWorksAgain() throws InterruptedException {
    Logger logger = (Logger) LoggerFactory.getLogger(PeriodicTask.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    AtomicInteger beats = new AtomicInteger();
    CountDownLatch sixth = new CountDownLatch(6);
    Runnable failsFromTheSecondToTheFourth =
        () -> {
          int beat = beats.incrementAndGet();
          sixth.countDown();
          if (beat >= 2 && beat <= 4) {
            throw new IllegalStateException("The disk is away.");
          }
        };

    try (PeriodicTask heartbeat =
        PeriodicTask.start(
            "test", "Nobody looks", Duration.ofMillis(1), failsFromTheSecondToTheFourth)) {
      assertThat(sixth.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      logger.detachAppender(log);
    }

    assertThat(log.list)
        .extracting(ILoggingEvent::getLevel, ILoggingEvent::getFormattedMessage)
        .containsExactly(
            tuple(Level.WARN, "Nobody looks, it is tried again: The disk is away."),
            tuple(Level.INFO, "It works again; before: Nobody looks."));
  }

  @Test
  void aBeatThatEndsInAnErrorIsTriedAgainToo() throws InterruptedException {
    CountDownLatch third = new CountDownLatch(3);
    Runnable failsBadly =
        () -> {
          third.countDown();
          throw new OutOfMemoryError("Java heap space");
        };

    try (PeriodicTask heartbeat =
        PeriodicTask.start("test", "Nobody looks", Duration.ofMillis(1), failsBadly)) {
      assertThat(third.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
