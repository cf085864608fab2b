package baton.storage.drive;

import baton.storage.StoreTime;
import baton.storage.drive.fake.SettableClock;
import java.time.Duration;

/** A time in which a pause costs nothing, shared with the fake Drive. */
public final class VirtualTime implements StoreTime {
  private final SettableClock clock = new SettableClock();

  public SettableClock clock() {
    return clock;
  }

  @Override
  public Duration now() {
    return Duration.ofMillis(clock.instant().toEpochMilli());
  }

  @Override
  public void sleep(Duration pause) {
    clock.pass(pause);
  }

  public void pass(Duration time) {
    clock.pass(time);
  }
}
