package baton.coordinator.checkpoint;

import baton.coordinator.lease.StoreContents;
import baton.coordinator.lease.StoredFolder;
import baton.protocol.Fence;
import baton.protocol.IoReason;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All that lies in a directory store. */
public final class DirectoryContents implements StoreContents {
  private final MountedRoot root;
  private final StoreId id;

  private DirectoryContents(MountedRoot root, StoreId id) {
    this.root = root;
    this.id = id;
  }

  /**
   * Opens the store in this directory.
   *
   * @throws StoreUnreadable if there is none, or it cannot be read
   */
  public static DirectoryContents open(Path directory) {
    MountedRoot root = new MountedRoot(directory);
    return new DirectoryContents(
        root,
        root.id()
            .orElseThrow(
                () ->
                    new StoreUnreadable(
                        "There is no store at %s. Check the path, and that it is mounted."
                            .formatted(root.path()),
                        null)));
  }

  @Override
  public StoreId id() {
    return id;
  }

  @Override
  public List<JobContents> jobs() {
    try {
      root.requireThere(id);
      List<JobContents> jobs = new ArrayList<>();
      for (JobId job : jobIds()) {
        jobs.add(read(job));
      }
      root.requireThere(id); // a mount lost meanwhile makes its files look missing
      return jobs;
    } catch (IOException e) {
      throw new StoreUnreadable(
          "The store at %s cannot be read (%s). Check that it is there and mounted."
              .formatted(root.path(), IoReason.of(e)),
          e);
    }
  }

  private List<JobId> jobIds() throws IOException {
    List<JobId> ids = new ArrayList<>();
    try (Stream<Path> entries = Files.list(root.path())) {
      for (Path entry : entries.sorted().toList()) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          idOf(entry.getFileName().toString()).ifPresent(ids::add);
        }
      }
    }
    return ids;
  }

  private static Optional<JobId> idOf(String name) {
    try {
      return Optional.of(new JobId(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not a name that Baton gives
    }
  }

  private JobContents read(JobId job) throws IOException {
    List<Text> manifests = new ArrayList<>();
    int torn = 0;
    Fence highest = Fence.NONE;
    for (StoredFolder folder : new JobFolders(root.path(), job).list()) {
      highest = max(highest, folder.name().fence());
      Optional<String> text =
          text(folder.name().path() + "/" + Manifest.FILE_NAME, ManifestJson.LONGEST);
      text.ifPresent(found -> manifests.add(new Text(folder.name().path(), found)));
      torn += text.isEmpty() ? 1 : 0;
    }
    return new JobContents(
        job, text(job + "/" + JobFile.FILE_NAME, JobFile.LONGEST), manifests, torn, highest);
  }

  private static Fence max(Fence one, Fence other) {
    return Stream.of(one, other).max(Comparator.naturalOrder()).orElseThrow();
  }

  /** Of a file that is too long as much as shows that it is. */
  private Optional<String> text(String storeId, int longest) throws IOException {
    Optional<Path> file = root.find(storeId);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (var in = Files.newInputStream(file.get())) {
      return Optional.of(new String(in.readNBytes(longest + 1), StandardCharsets.UTF_8));
    }
  }
}
