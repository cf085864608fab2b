package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The coordinator's log, as its configuration writes it. */
class LogTest {
  private static String written(String message, Throwable fault) throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogTest.class.getResource("/baton/coordinator/logback.xml"));
    Logger logger = context.getLogger("any");
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("STDERR");
    PatternLayoutEncoder encoder = (PatternLayoutEncoder) console.getEncoder();
    return new String(
        encoder.encode(new LoggingEvent("", logger, Level.WARN, message, fault, null)),
        StandardCharsets.UTF_8);
  }

  @Test
  void nobodyForgesALine() throws Exception {
    assertThat(written("device cpu\r\n12:00:00 INFO  digits: complete\u001b[2J", null))
        .containsPattern("^[0-9:]{8} WARN  device cpu 12:00:00 INFO  digits: complete \\[2J\\R$");
  }

  @Test
  void neitherInAFaultsTrace() throws Exception {
    String text = written("a fault", new IllegalStateException("a\n12:00:00 INFO  forged"));

    assertThat(text.lines().skip(1)).allMatch(line -> line.startsWith("    "));
    assertThat(text).contains("    java.lang.IllegalStateException: a", "LogTest.java");
  }
}
