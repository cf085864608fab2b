package baton.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The coordinators' wall clock, which may jump; no lease may depend on it. */
final class WallClock extends Clock {
  private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");

  private final Agenda agenda;
  private Duration skew = Duration.ZERO;

  WallClock(Agenda agenda) {
    this.agenda = agenda;
  }

  void jump(Duration by) {
    skew = skew.plus(by);
  }

  @Override
  public Instant instant() {
    return EPOCH.plus(agenda.now()).plus(skew);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
