package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.protocol.JobId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An LRU cache of parsed jobs. It always saves the JSON parse; it saves the read as well only if
 * this store is the database's sole writer.
 */
final class JobCache {
  private static final int MOST = 20_000;

  private final Map<JobId, Job> jobs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, Job> eldest) {
          return size() > MOST;
        }
      };

  synchronized Optional<Job> get(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  synchronized void put(Job job) {
    jobs.merge(job.id(), job, (a, b) -> a.version() > b.version() ? a : b);
  }

  synchronized void remove(JobId id) {
    jobs.remove(id);
  }

  synchronized void clear() {
    jobs.clear();
  }
}
