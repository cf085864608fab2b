package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rule by which a file in a job's folders is an orphan (R13): its folder bears a fence below
 * the current one, so nobody can commit it any more; the folder was not committed and has not
 * changed for over a day by the store's clock; and no committed manifest names the file.
 *
 * @param current the highest fence ever granted in the job
 * @param named the store ids that committed manifests name
 * @param committed the folders of committed checkpoints
 * @param now the time by the store's clock
 */
public record Orphans(Fence current, Set<String> named, Set<String> committed, Instant now) {
  private static final Duration GRACE = Duration.ofDays(1);

  /** The folders of committed checkpoints. */
  public static Set<String> foldersOf(Collection<Checkpoint> committed) {
    return committed.stream().map(Checkpoint::folder).collect(Collectors.toUnmodifiableSet());
  }

  /** The store ids of the orphans among a job's folders. Manifests stay. */
  public List<String> among(List<StoredFolder> folders) {
    return folders.stream().filter(this::isAbandoned).flatMap(this::orphansIn).toList();
  }

  public boolean isAbandoned(StoredFolder folder) {
    return folder.name().fence().compareTo(current) < 0
        && !committed.contains(folder.name().path())
        && folder.changed().isBefore(now.minus(GRACE));
  }

  private Stream<String> orphansIn(StoredFolder folder) {
    return folder.files().stream()
        .filter(file -> !file.name().equals(Manifest.FILE_NAME))
        .map(StoredFolder.StoredFile::storeId)
        .filter(storeId -> !named.contains(storeId));
  }
}
