package baton.simulation;

import baton.protocol.Grant;
import baton.protocol.Position;

/** Someone who looks on while a simulation plays, and changes nothing. */
interface Watcher {
  Watcher NONE = new Watcher() {};

  default void leased(WorkerProcess worker, Grant grant) {}

  default void trained(WorkerProcess worker, Position position) {}

  default void committed(WorkerProcess worker, Position position) {}

  default void sessionBegan(WorkerProcess worker) {}

  /** From now on this worker's machine does something else. */
  default void does(WorkerProcess worker, Activity what) {}

  /**
   * @param why such as {@code killed} or {@code done}
   */
  default void sessionEnded(WorkerProcess worker, String why) {}
}
