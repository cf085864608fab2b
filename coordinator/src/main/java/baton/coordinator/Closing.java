package baton.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes parts in reverse order of their addition; if one fails, the others are still closed. */
final class Closing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private final Deque<Runnable> open = new ArrayDeque<>();

  <T> T add(T part, Consumer<T> close) {
    open.push(() -> close.accept(part));
    return part;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().run();
      } catch (RuntimeException e) {
        LOG.warn("A part of the coordinator did not close well: {}", e.getMessage());
      }
    }
  }
}
