package baton.coordinator.http;

import baton.coordinator.lease.EventLog;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The watchers of this coordinator, which get each event after any coordinator has stored it. A
 * lost call of {@link #wake} only costs time: the next one sends everything.
 */
public final class EventFeed implements AutoCloseable {
  private final EventLog log;
  private final Executor io;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param io runs the reads of the log
   */
  public EventFeed(EventLog log, Executor io) {
    this.log = log;
    this.io = io;
  }

  /** Looks for new events; called when a job has changed anywhere, and periodically. */
  public void wake() {
    watchers.forEach(watcher -> watcher.pull(log, io));
  }

  EventLog log() {
    return log;
  }

  void add(Watcher watcher) {
    watchers.add(watcher);
    if (closed) {
      watcher.end();
    } else {
      watcher.pull(log, io);
    }
  }

  void remove(Watcher watcher) {
    watchers.remove(watcher);
  }

  /** Ends every stream; a watcher can go on at another member, from the last event it has seen. */
  @Override
  public void close() {
    closed = true;
    watchers.forEach(Watcher::end);
  }
}
