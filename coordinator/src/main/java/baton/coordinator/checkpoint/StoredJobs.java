package baton.coordinator.checkpoint;

import baton.coordinator.lease.StoreContents;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads everything in a store of any kind, in steps:
 *
 * <ol>
 *   <li>List the root, each job's folder and each checkpoint's folder.
 *   <li>If listings may lag, list each folder that seems to have no manifest once more.
 *   <li>If one still has none, wait and start over, until no manifest is missing or listings can no
 *       longer lag.
 *   <li>Read each job file and manifest.
 * </ol>
 */
public final class StoredJobs implements StoreContents {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

  private final CheckpointStore store;

  public StoredJobs(CheckpointStore store) {
    this.store = store;
  }

  @Override
  public StoreId id() {
    return store.id();
  }

  @Override
  public List<JobContents> jobs() {
    try {
      List<JobContents> jobs = new ArrayList<>();
      for (Found job : settled()) {
        jobs.add(read(job));
      }
      return jobs;
    } catch (StoreException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  /** The store ids of a job's job file, and of the manifest in each of its checkpoint folders. */
  private static final class Found {
    private final JobId job;
    private Optional<String> jobFile = Optional.empty();
    private final Map<String, Optional<String>> manifests = new TreeMap<>();

    Found(JobId job) {
      this.job = job;
    }

    boolean isSettled() {
      return jobFile.isPresent() && manifests.values().stream().allMatch(Optional::isPresent);
    }
  }

  private List<Found> settled() throws StoreException {
    Duration waited = Duration.ZERO;
    Duration pause = FIRST_PAUSE;
    while (true) {
      List<Found> found = list();
      boolean isLong = waited.plus(pause).compareTo(store.lag()) > 0;
      if (isLong || !found.isEmpty() && found.stream().allMatch(Found::isSettled)) {
        return found;
      }
      store.pause(pause);
      waited = waited.plus(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private List<Found> list() throws StoreException {
    Map<String, Found> jobs = new TreeMap<>();
    for (Entry entry : store.walk(path -> isJob(path) || isCheckpoint(path))) {
      if (entry.isFolder() && isJob(entry.path())) {
        jobs.put(entry.path(), new Found(new JobId(entry.path())));
      } else if (entry.isFolder() && isCheckpoint(entry.path())) {
        jobs.get(above(entry)).manifests.put(entry.path(), Optional.empty());
      } else if (!entry.isFolder() && entry.name().equals(JobFile.FILE_NAME)) {
        Optional.ofNullable(jobs.get(above(entry)))
            .ifPresent(job -> job.jobFile = Optional.of(entry.storeId()));
      } else if (isManifest(entry)) {
        CheckpointFolder.parse(above(entry))
            .map(folder -> jobs.get(folder.job().value()))
            .ifPresent(job -> job.manifests.put(above(entry), Optional.of(entry.storeId())));
      }
    }
    if (!store.lag().isZero()) {
      for (Found job : jobs.values()) {
        lookAgain(job);
      }
    }
    return List.copyOf(jobs.values());
  }

  private void lookAgain(Found job) throws StoreException {
    for (Map.Entry<String, Optional<String>> folder : job.manifests.entrySet()) {
      if (folder.getValue().isEmpty()) {
        folder.setValue(
            store.list(folder.getKey()).stream()
                .filter(StoredJobs::isManifest)
                .map(Entry::storeId)
                .findFirst());
      }
    }
  }

  private static boolean isJob(String path) {
    try {
      return path.equals(new JobId(path).value());
    } catch (IllegalArgumentException e) {
      return false; // not a name of Baton's
    }
  }

  private static boolean isCheckpoint(String path) {
    return CheckpointFolder.parse(path).isPresent();
  }

  private static boolean isManifest(Entry entry) {
    return !entry.isFolder() && entry.name().equals(Manifest.FILE_NAME);
  }

  private static String above(Entry entry) {
    return entry.path().substring(0, Math.max(0, entry.path().lastIndexOf('/')));
  }

  private JobContents read(Found found) throws StoreException {
    Optional<String> jobFile = Optional.empty();
    if (found.jobFile.isPresent()) {
      jobFile = Optional.of(text(found.jobFile.get(), JobFile.LONGEST));
    }
    List<Text> manifests = new ArrayList<>();
    Fence highest = Fence.NONE;
    for (Map.Entry<String, Optional<String>> folder : found.manifests.entrySet()) {
      Fence fence = CheckpointFolder.parse(folder.getKey()).orElseThrow().fence();
      highest = fence.compareTo(highest) > 0 ? fence : highest;
      if (folder.getValue().isPresent()) {
        String text = text(folder.getValue().get(), ManifestJson.LONGEST);
        manifests.add(new Text(folder.getKey(), text));
      }
    }
    int torn = found.manifests.size() - manifests.size();
    return new JobContents(found.job, jobFile, manifests, torn, highest);
  }

  /** The text of a file; of one that is too long, only as much as shows that. */
  private String text(String storeId, int longest) throws StoreException {
    return new String(store.read(storeId, longest + 1), StandardCharsets.UTF_8);
  }
}
