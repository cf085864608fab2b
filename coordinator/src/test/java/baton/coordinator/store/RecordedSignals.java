package baton.coordinator.store;

import baton.coordinator.lease.Signals;
import baton.protocol.JobId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Signals that are written down. */
final class RecordedSignals implements Signals {
  final List<JobId> told = new CopyOnWriteArrayList<>();

  @Override
  public void jobChanged(JobId job) {
    told.add(job);
  }

  @Override
  public void listen(Consumer<JobId> listener) {
    throw new UnsupportedOperationException("nobody listens here");
  }
}
