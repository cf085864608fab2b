package baton.storage.drive;

import baton.storage.StoreTime;
import java.time.Duration;

/** Virtual time in which something happens whenever somebody sleeps. */
final class HookedTime implements StoreTime {
  private final VirtualTime time;
  private int sleeps;
  private Duration slept = Duration.ZERO;
  private Hook hook = sleep -> {};

  /** What happens after the nth sleep. */
  interface Hook {
    void woke(int sleep);
  }

  HookedTime(VirtualTime time) {
    this.time = time;
  }

  void onWaking(Hook then) {
    hook = then;
  }

  Duration slept() {
    return slept;
  }

  @Override
  public Duration now() {
    return time.now();
  }

  @Override
  public void sleep(Duration pause) {
    time.sleep(pause);
    slept = slept.plus(pause);
    hook.woke(++sleeps);
  }
}
