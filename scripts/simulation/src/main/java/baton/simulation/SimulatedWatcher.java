package baton.simulation;

import baton.protocol.Grant;
import baton.protocol.Position;
import java.time.Duration;
import java.util.Optional;

/** Observes a simulation, and changes nothing. */
interface SimulatedWatcher {
  SimulatedWatcher NONE = new SimulatedWatcher() {};

  default void leased(SimulatedProcess worker, Grant grant) {}

  default void trained(SimulatedProcess worker, Position position) {}

  default void committed(SimulatedProcess worker, Position position) {}

  /**
   * @param lasts how long until it is killed or ends, if that is drawn
   */
  default void sessionBegan(SimulatedProcess worker, Optional<Duration> lasts) {}

  /** The worker's machine begins something else. */
  default void does(SimulatedProcess worker, Activity what) {}

  /**
   * @param why such as {@code killed} or {@code done}
   */
  default void sessionEnded(SimulatedProcess worker, String why) {}
}
