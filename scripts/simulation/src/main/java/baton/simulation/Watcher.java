package baton.simulation;

import baton.protocol.Grant;
import baton.protocol.Position;
import java.time.Duration;
import java.util.Optional;

/** Someone who looks on while a simulation plays, and changes nothing. */
interface Watcher {
  Watcher NONE = new Watcher() {};

  default void leased(WorkerProcess worker, Grant grant) {}

  default void trained(WorkerProcess worker, Position position) {}

  default void committed(WorkerProcess worker, Position position) {}

  /**
   * @param lasts until it is killed, or at its end, if it has one that is drawn
   */
  default void sessionBegan(WorkerProcess worker, Optional<Duration> lasts) {}

  /** From now on this worker's machine does something else. */
  default void does(WorkerProcess worker, Activity what) {}

  /**
   * @param why such as {@code killed} or {@code done}
   */
  default void sessionEnded(WorkerProcess worker, String why) {}
}
