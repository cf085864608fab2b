package baton.cli.verify;

import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the jobs of a store, and reads every manifest of one. */
final class ManifestsOnFile {
  private final CheckpointStore store;

  ManifestsOnFile(CheckpointStore store) {
    this.store = store;
  }

  /** The job with this id or, if its folder has another name, with this name. */
  Optional<JobId> find(String idOrName) throws StoreException {
    List<JobId> jobs = jobs();
    for (JobId job : jobs) {
      if (job.value().equals(idOrName)) {
        return Optional.of(job);
      }
    }
    for (JobId job : jobs) {
      if (nameOf(job).filter(idOrName::equals).isPresent()) {
        return Optional.of(job);
      }
    }
    return Optional.empty();
  }

  private List<JobId> jobs() throws StoreException {
    List<JobId> jobs = new ArrayList<>();
    for (Entry entry : store.list(CheckpointStore.ROOT)) {
      try {
        jobs.add(new JobId(entry.name()));
      } catch (IllegalArgumentException e) {
        // It is not a job's folder.
      }
    }
    return jobs;
  }

  private Optional<String> nameOf(JobId job) throws StoreException {
    for (CheckpointFolder folder : folders(job)) {
      Optional<String> name = read(folder).flatMap(Found::manifest).map(Manifest::jobName);
      if (name.isPresent()) {
        return name;
      }
    }
    return Optional.empty();
  }

  /** Every manifest in the job's folder; a folder without one is an upload that never ended. */
  List<Found> of(JobId job) throws StoreException {
    List<Found> all = new ArrayList<>();
    for (CheckpointFolder folder : folders(job)) {
      read(folder).map(found -> examined(found, job, store.id())).ifPresent(all::add);
    }
    all.sort(Found.NEWEST_LAST);
    return all;
  }

  private List<CheckpointFolder> folders(JobId job) throws StoreException {
    return store.list(job.value()).stream()
        .flatMap(entry -> CheckpointFolder.parse(entry.path()).stream())
        .toList();
  }

  private Optional<Found> read(CheckpointFolder folder) throws StoreException {
    for (Entry entry : store.list(folder.path())) {
      if (entry.name().equals(Manifest.FILE_NAME)) {
        byte[] bytes = store.read(entry.storeId(), ManifestJson.LONGEST + 1);
        return Optional.of(Found.of(folder, bytes));
      }
    }
    return Optional.empty();
  }

  /** Checks that what a manifest says about its job, store and folder is true. */
  private static Found examined(Found found, JobId job, StoreId store) {
    Optional<Manifest> manifest = found.manifest();
    if (manifest.isEmpty()) {
      return found;
    }
    Manifest says = manifest.get();
    CheckpointFolder lies = found.folder();
    if (!says.job().equals(job)) {
      return found.with("is another job's: it names job " + says.job());
    }
    if (!says.store().equals(store)) {
      return found.with("is of another store: it names " + says.store() + ", and this is " + store);
    }
    boolean here =
        says.folder().equals(lies.path())
            && says.position().equals(lies.position())
            && says.fence().equals(lies.fence())
            && says.counter() == lies.counter();
    return here
        ? found
        : found.with("says that it lies in " + says.folder() + ": it was moved or edited");
  }
}
