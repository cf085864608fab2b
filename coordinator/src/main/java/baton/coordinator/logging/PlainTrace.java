package baton.coordinator.logging;

import baton.protocol.PlainText;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.stream.Collectors;

/** A stack trace with every line indented, so that no line can be mistaken for a log entry. */
public final class PlainTrace extends ThrowableProxyConverter {
  @Override
  protected String throwableProxyToString(IThrowableProxy fault) {
    return super.throwableProxyToString(fault)
        .lines()
        .map(line -> "    " + PlainText.of(line) + System.lineSeparator())
        .collect(Collectors.joining());
  }
}
