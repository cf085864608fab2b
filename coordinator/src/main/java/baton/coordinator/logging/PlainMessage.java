package baton.coordinator.logging;

import baton.protocol.PlainText;
import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The message of a log entry, on one line. */
public final class PlainMessage extends MessageConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return PlainText.of(super.convert(event));
  }
}
