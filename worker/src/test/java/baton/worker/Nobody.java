package baton.worker;

import baton.worker.segment.Action;
import baton.worker.segment.Event;
import java.time.Duration;
import java.util.Optional;

/** A listener that ignores everything. */
record Nobody() implements SessionListener {
  @Override
  public void happened(Event event, Optional<Duration> leaseLeft) {}

  @Override
  public void wanted(Action action) {}

  @Override
  public void printed(String program, String line) {}

  @Override
  public void redrawn(String program, String frame) {}

  @Override
  public void told(String program, String sentence) {}
}
