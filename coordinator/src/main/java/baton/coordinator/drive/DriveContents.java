package baton.coordinator.drive;

import baton.coordinator.lease.StoreContents;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveItem;
import baton.storage.drive.DriveKeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that lies in a store on Drive, in steps:
 *
 * <ol>
 *   <li>List everything that bears the store's label; that is one request for a thousand items.
 *   <li>List each folder that seems to have no manifest once more, by its parent.
 *   <li>Where one is still without, wait: lists lag behind. Begin again, until nothing is missing
 *       or the time that they may lag is over.
 *   <li>Read each manifest by its id.
 * </ol>
 */
public final class DriveContents implements StoreContents {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

  private final DriveKeeper keeper;

  public DriveContents(DriveKeeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public StoreId id() {
    return keeper.id();
  }

  @Override
  public List<JobContents> jobs() {
    try {
      keeper.requireRoot();
      List<JobContents> jobs = new ArrayList<>();
      for (Found job : settled()) {
        jobs.add(read(job));
      }
      return jobs;
    } catch (StoreException e) {
      throw new StoreUnreadable(e.getMessage(), e);
    }
  }

  /** A job's folder, and those of its checkpoints with the manifests that were found in them. */
  private record Found(
      JobId job,
      Optional<DriveItem> jobFile,
      Map<CheckpointFolder, Optional<DriveItem>> manifests) {

    boolean isSettled() {
      return jobFile.isPresent() && manifests.values().stream().allMatch(Optional::isPresent);
    }
  }

  private List<Found> settled() throws StoreException {
    Duration waited = Duration.ZERO;
    Duration pause = FIRST_PAUSE;
    while (true) {
      List<Found> found = list();
      boolean isLong = waited.plus(pause).compareTo(keeper.indexLag()) > 0;
      if (isLong || !found.isEmpty() && found.stream().allMatch(Found::isSettled)) {
        return found;
      }
      keeper.pause(pause);
      waited = waited.plus(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private List<Found> list() throws StoreException {
    Map<String, List<DriveItem>> inside = new HashMap<>();
    for (DriveItem item : keeper.all()) {
      if (!item.trashed()) {
        item.parents()
            .forEach(parent -> inside.computeIfAbsent(parent, p -> new ArrayList<>()).add(item));
      }
    }
    Map<String, Found> jobs = new TreeMap<>();
    for (DriveItem item : inside.getOrDefault(keeper.rootFolder(), List.of())) {
      Optional<JobId> job = jobOf(item);
      if (job.isPresent() && !jobs.containsKey(item.name())) {
        jobs.put(item.name(), found(job.get(), inside.getOrDefault(item.id(), List.of()), inside));
      }
    }
    return List.copyOf(jobs.values());
  }

  private Optional<JobId> jobOf(DriveItem item) {
    try {
      return Optional.of(new JobId(item.name()))
          .filter(job -> item.isFolder() && item.isAt(keeper.id(), job.value()));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not a name that Baton gives
    }
  }

  private Found found(JobId job, List<DriveItem> items, Map<String, List<DriveItem>> inside)
      throws StoreException {
    Map<CheckpointFolder, Optional<DriveItem>> manifests = new LinkedHashMap<>();
    Optional<DriveItem> jobFile = at(items, job + "/" + JobFile.FILE_NAME);
    for (DriveItem item : items) {
      String path = job + "/" + item.name();
      Optional<CheckpointFolder> folder = CheckpointFolder.parse(path);
      if (folder.isPresent() && item.isFolder() && item.isAt(keeper.id(), path)) {
        manifests.putIfAbsent(
            folder.get(), manifest(path, item, inside.getOrDefault(item.id(), List.of())));
      }
    }
    return new Found(job, jobFile, manifests);
  }

  private Optional<DriveItem> manifest(String path, DriveItem folder, List<DriveItem> listed)
      throws StoreException {
    String file = path + "/" + Manifest.FILE_NAME;
    Optional<DriveItem> manifest = at(listed, file);
    return manifest.isPresent() ? manifest : at(keeper.inside(folder.id()), file);
  }

  /** The oldest: Drive makes two of one name without a word. */
  private Optional<DriveItem> at(List<DriveItem> items, String path) {
    return items.stream()
        .filter(item -> !item.trashed() && item.isAt(keeper.id(), path))
        .findFirst();
  }

  private JobContents read(Found found) throws StoreException {
    List<Text> texts = new ArrayList<>();
    Fence highest = Fence.NONE;
    int torn = 0;
    for (Map.Entry<CheckpointFolder, Optional<DriveItem>> folder : found.manifests().entrySet()) {
      Fence fence = folder.getKey().fence();
      highest = fence.compareTo(highest) > 0 ? fence : highest;
      if (folder.getValue().isPresent()) {
        String text = keeper.read(folder.getValue().get(), ManifestJson.LONGEST + 1);
        texts.add(new Text(folder.getKey().path(), text));
      } else {
        torn++;
      }
    }
    Optional<String> jobFile = Optional.empty();
    if (found.jobFile().isPresent()) {
      jobFile = Optional.of(keeper.read(found.jobFile().get(), JobFile.LONGEST + 1));
    }
    return new JobContents(found.job(), jobFile, texts, torn, highest);
  }
}
