package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import com.google.api.services.drive.model.File;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The metadata of a file or folder in Drive.
 *
 * @param size of a file; empty for a folder
 * @param sha256 of its bytes as Drive has computed it; empty for a folder
 * @param created by Drive's clock
 * @param trashed by itself, or with a folder above it
 */
record DriveItem(
    String id,
    String name,
    boolean isFolder,
    OptionalLong size,
    Optional<Sha256> sha256,
    Instant created,
    boolean trashed,
    List<String> parents,
    Map<String, String> labels) {
  DriveItem {
    parents = List.copyOf(parents);
    labels = Map.copyOf(labels);
  }

  static DriveItem of(File file) {
    return new DriveItem(
        file.getId(),
        file.getName(),
        DriveFiles.FOLDER.equals(file.getMimeType()),
        file.getSize() == null ? OptionalLong.empty() : OptionalLong.of(file.getSize()),
        Optional.ofNullable(file.getSha256Checksum()).map(Sha256::new),
        Instant.ofEpochMilli(file.getCreatedTime().getValue()),
        Boolean.TRUE.equals(file.getTrashed()),
        file.getParents() == null ? List.of() : file.getParents(),
        file.getAppProperties() == null ? Map.of() : file.getAppProperties());
  }

  /** Whether its labels say that Baton wrote it at this path of this store. */
  boolean isAt(StoreId store, String path) {
    return labels.entrySet().containsAll(AppProperties.of(store, path).entrySet());
  }
}
