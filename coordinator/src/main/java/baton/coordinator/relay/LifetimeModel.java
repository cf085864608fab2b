package baton.coordinator.relay;

import baton.coordinator.lease.DeviceSpeeds;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.SessionLifetimes;
import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * How long sessions last and how fast devices train, learnt from the history of the newest jobs. It
 * is refreshed every minute in the background. Thread-safe.
 */
final class LifetimeModel {
  private static final int JOBS = 50;

  /** How many of the newest segments of each job are read. */
  private static final int SEGMENTS = 1_000;

  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private final JobStore jobs;
  private final Executor io;
  private final Supplier<Duration> ticker;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Map<String, SessionLifetimes> byDevice = Map.of();
  private volatile Map<JobId, DeviceSpeeds> speeds = Map.of();
  private volatile Duration lookedAt;

  LifetimeModel(JobStore jobs, Executor io, Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.io = io;
    this.ticker = ticker;
  }

  /** Reads the history in the background if that was not done recently. */
  void refresh() {
    boolean due = lookedAt == null || ticker.get().minus(lookedAt).compareTo(BETWEEN_LOOKS) >= 0;
    if (due && looking.compareAndSet(false, true)) {
      lookedAt = ticker.get();
      io.execute(this::look);
    }
  }

  LifetimeEstimate of(String device) {
    return SessionLifetimes.lifetime(byDevice, device);
  }

  /** How fast {@code device} trains {@code job}; 1 for the fastest known. */
  double speed(JobId job, String device) {
    return speeds.getOrDefault(job, DeviceSpeeds.NONE).of(device);
  }

  private void look() {
    try {
      List<SegmentRow> segments = new ArrayList<>();
      Map<JobId, DeviceSpeeds> byJob = new HashMap<>();
      for (Job job : jobs.newest(JOBS)) {
        List<SegmentRow> ofJob = jobs.history(job.id()).newestSegments(SEGMENTS);
        segments.addAll(ofJob);
        if (!job.state().isOver()) {
          byJob.put(job.id(), DeviceSpeeds.of(ofJob));
        }
      }
      speeds = Map.copyOf(byJob);
      byDevice = SessionLifetimes.byDevice(segments);
    } catch (StoreUnavailable e) {
      // What was learnt before still holds, and is refreshed soon.
    } finally {
      looking.set(false);
    }
  }
}
