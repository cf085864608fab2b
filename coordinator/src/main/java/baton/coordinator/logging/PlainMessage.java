package baton.coordinator.logging;

import baton.protocol.PlainText;
import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The message of a line in the log, and no more lines than one. */
public final class PlainMessage extends MessageConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return PlainText.of(super.convert(event));
  }
}
