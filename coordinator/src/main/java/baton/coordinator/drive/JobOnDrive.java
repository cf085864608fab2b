package baton.coordinator.drive;

import baton.coordinator.lease.Orphans;
import baton.coordinator.lease.StoredFolder;
import baton.coordinator.lease.StoredFolder.StoredFile;
import baton.protocol.JobId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveItem;
import baton.storage.drive.DriveKeeper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The folders of a job on Drive; what Baton does not label so is not among them. */
record JobOnDrive(DriveKeeper keeper, JobId job) {

  /** Those that this rule would sweep, each with its files; the others are not looked into. */
  List<StoredFolder> abandoned(Orphans rule) throws StoreException {
    Optional<DriveItem> place = keeper.find(job.value());
    if (place.isEmpty()) {
      return List.of();
    }
    List<StoredFolder> folders = new ArrayList<>();
    for (DriveItem item : keeper.inside(place.get().id())) {
      Optional<CheckpointFolder> name = nameOf(item);
      if (name.isPresent()
          && rule.isAbandoned(new StoredFolder(name.get(), item.created(), List.of()))) {
        folders.add(read(name.get(), item));
      }
    }
    return folders;
  }

  private Optional<CheckpointFolder> nameOf(DriveItem item) {
    String path = job + "/" + item.name();
    return CheckpointFolder.parse(path)
        .filter(name -> item.isFolder() && item.isAt(keeper.id(), path));
  }

  private StoredFolder read(CheckpointFolder name, DriveItem folder) throws StoreException {
    Instant changed = folder.created();
    List<StoredFile> files = new ArrayList<>();
    for (DriveItem file : keeper.inside(folder.id())) {
      changed = file.created().isAfter(changed) ? file.created() : changed;
      if (!file.isFolder()) {
        files.add(new StoredFile(file.name(), file.id()));
      }
    }
    return new StoredFolder(name, changed, files);
  }
}
