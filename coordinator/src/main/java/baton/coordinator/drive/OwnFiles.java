package baton.coordinator.drive;

import baton.protocol.JobId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveItem;
import baton.storage.drive.DriveKeeper;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What may be deleted of a job: files that Baton wrote into a checkpoint's folder of this job, by
 * the labels that only this OAuth client can write, and no manifest (R13). What a person renamed or
 * moved is his.
 */
final class OwnFiles {
  private final DriveKeeper keeper;
  private final JobId job;
  private final Map<String, Optional<DriveItem>> folders = new HashMap<>();

  OwnFiles(DriveKeeper keeper, JobId job) {
    this.keeper = keeper;
    this.job = job;
  }

  /** Deletes it for good if it is such a file, and there. */
  void delete(String storeId) throws StoreException {
    Optional<DriveItem> file = keeper.byId(storeId);
    if (file.isPresent() && isOwn(file.get())) {
      keeper.delete(file.get());
    }
  }

  private boolean isOwn(DriveItem file) throws StoreException {
    if (file.isFolder() || file.name().equals(Manifest.FILE_NAME) || file.parents().size() != 1) {
      return false;
    }
    Optional<DriveItem> folder = folder(file.parents().get(0));
    if (folder.isEmpty()) {
      return false;
    }
    String path = job + "/" + folder.get().name();
    return CheckpointFolder.parse(path).isPresent()
        && folder.get().isAt(keeper.id(), path)
        && file.isAt(keeper.id(), path + "/" + file.name());
  }

  private Optional<DriveItem> folder(String id) throws StoreException {
    if (!folders.containsKey(id)) {
      folders.put(id, keeper.byId(id).filter(DriveItem::isFolder));
    }
    return folders.get(id);
  }
}
