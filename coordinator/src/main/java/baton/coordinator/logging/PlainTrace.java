package baton.coordinator.logging;

import baton.protocol.PlainText;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.stream.Collectors;

/** The trace of a fault, each line of it indented: none can pass for a line of the log. */
public final class PlainTrace extends ThrowableProxyConverter {
  @Override
  protected String throwableProxyToString(IThrowableProxy fault) {
    return super.throwableProxyToString(fault)
        .lines()
        .map(line -> "    " + PlainText.of(line) + System.lineSeparator())
        .collect(Collectors.joining());
  }
}
