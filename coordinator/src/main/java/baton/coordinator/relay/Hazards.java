package baton.coordinator.relay;

import baton.coordinator.lease.Exposure;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Hazard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * How long sessions last, learnt from the history of the newest jobs and looked up anew every
 * minute, beside the requests. Safe for use by several threads.
 */
final class Hazards {
  private static final int JOBS = 50;
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private final JobStore jobs;
  private final Executor io;
  private final Supplier<Duration> ticker;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Map<String, Exposure> byDevice = Map.of();
  private volatile Duration lookedAt;

  Hazards(JobStore jobs, Executor io, Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.io = io;
    this.ticker = ticker;
  }

  /** Has history looked up if that was not done lately. */
  void refresh() {
    boolean due = lookedAt == null || ticker.get().minus(lookedAt).compareTo(BETWEEN_LOOKS) >= 0;
    if (due && looking.compareAndSet(false, true)) {
      lookedAt = ticker.get();
      io.execute(this::look);
    }
  }

  Hazard of(String device) {
    return Exposure.hazard(byDevice, device);
  }

  private void look() {
    try {
      List<SegmentRow> segments = new ArrayList<>();
      for (Job job : jobs.newest(JOBS)) {
        segments.addAll(jobs.history(job.id()).segments());
      }
      byDevice = Exposure.byDevice(segments);
    } catch (StoreUnavailable e) {
      // What was learnt before still holds, and the next look comes soon.
    } finally {
      looking.set(false);
    }
  }
}
