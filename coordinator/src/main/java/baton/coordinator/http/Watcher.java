package baton.coordinator.http;

import baton.coordinator.lease.EventLog;
import baton.protocol.message.EventView;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of server-sent events. Events that its reader does not take in time are not buffered:
 * the next look continues from the last event that was sent.
 */
final class Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
  private static final int EVENTS_AT_ONCE = 100;

  /** Chosen so that something is sent before a proxy closes a silent connection. */
  private static final int LOOKS_BETWEEN_SIGNS_OF_LIFE = 15;

  private final HttpServerResponse response;
  private final Context context;
  private final AtomicBoolean pulling = new AtomicBoolean();
  private volatile boolean again;
  private volatile long last;
  private int silentLooks;

  Watcher(HttpServerResponse response, Context context, long last) {
    this.response = response;
    this.context = context;
    this.last = last;
  }

  /** Sends new events; if it is already sending, it looks once more afterwards. */
  void pull(EventLog log, Executor io) {
    again = true;
    if (response.writeQueueFull() || !pulling.compareAndSet(false, true)) {
      return;
    }
    try {
      io.execute(
          () -> {
            try {
              again = false;
              List<EventLog.Entry> found = log.after(last, EVENTS_AT_ONCE);
              again |= found.size() == EVENTS_AT_ONCE;
              context.runOnContext(now -> send(found, log, io));
            } catch (RuntimeException
                | Error e) { // without the database nothing is sent, and nothing is lost
              LOG.debug("A watcher is told later.", e);
              pulling.set(false);
            }
          });
    } catch (RejectedExecutionException e) { // the coordinator is stopping
      pulling.set(false);
    }
  }

  void end() {
    context.runOnContext(
        now -> {
          if (!response.ended() && !response.closed()) {
            response.end();
          }
        });
  }

  private void send(List<EventLog.Entry> found, EventLog log, Executor io) {
    if (!response.ended() && !response.closed()) {
      for (EventLog.Entry entry : found) {
        if (response.writeQueueFull()) { // the next look continues from here
          break;
        }
        send(entry);
      }
      silentLooks = found.isEmpty() ? silentLooks + 1 : 0;
      if (silentLooks >= LOOKS_BETWEEN_SIGNS_OF_LIFE) {
        response.write(":\n\n");
        silentLooks = 0;
      }
    }
    pulling.set(false);
    if (again && !found.isEmpty()) {
      pull(log, io);
    }
  }

  private void send(EventLog.Entry entry) {
    EventView view =
        new EventView(
            entry.number(),
            entry.job(),
            entry.name(),
            entry.event().kind().name(),
            entry.event().text(),
            entry.event().at());
    response.write(
        "id: %d\nevent: %s\ndata: %s\n\n"
            .formatted(
                entry.number(),
                entry.event().kind().name().toLowerCase(Locale.ROOT),
                Answers.json(view).toString(StandardCharsets.UTF_8)));
    last = entry.number();
  }
}
