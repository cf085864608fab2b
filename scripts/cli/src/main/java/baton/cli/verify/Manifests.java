package baton.cli.verify;

import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the jobs of a store, and reads every manifest of one. */
final class Manifests {
  private static final String ROOT = "";

  private final Vault vault;
  private final Path scratch;

  /**
   * @param scratch a folder for copies
   */
  Manifests(Vault vault, Path scratch) {
    this.vault = vault;
    this.scratch = scratch;
  }

  /** The job with this id or, if its folder has another name, with this name. */
  Optional<JobId> find(String idOrName) throws StoreException, IOException {
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
    for (String name : vault.list(ROOT)) {
      try {
        jobs.add(new JobId(name));
      } catch (IllegalArgumentException e) {
        // Whatever it is, it is no job's folder.
      }
    }
    return jobs;
  }

  private Optional<String> nameOf(JobId job) throws StoreException, IOException {
    for (CheckpointFolder folder : folders(job)) {
      Optional<String> name = read(folder).flatMap(Found::manifest).map(Manifest::jobName);
      if (name.isPresent()) {
        return name;
      }
    }
    return Optional.empty();
  }

  /** Every manifest in the job's folder; a folder without one is an upload that never ended. */
  List<Found> of(JobId job) throws StoreException, IOException {
    List<Found> all = new ArrayList<>();
    for (CheckpointFolder folder : folders(job)) {
      read(folder).map(found -> examined(found, job, vault.id())).ifPresent(all::add);
    }
    all.sort(Found.NEWEST_LAST);
    return all;
  }

  private List<CheckpointFolder> folders(JobId job) throws StoreException {
    return vault.list(job.value()).stream()
        .flatMap(name -> CheckpointFolder.parse(job + "/" + name).stream())
        .toList();
  }

  private Optional<Found> read(CheckpointFolder folder) throws StoreException, IOException {
    if (!vault.list(folder.path()).contains(Manifest.FILE_NAME)) {
      return Optional.empty();
    }
    Path copy = scratch.resolve("manifest");
    try {
      vault.fetch(vault.locate(folder.path(), Manifest.FILE_NAME), copy);
      return Optional.of(Found.of(folder, Files.readAllBytes(copy)));
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  /** What a manifest says of itself must be true where it lies. */
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
