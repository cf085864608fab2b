package baton.coordinator.checkpoint;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Orphans;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.IoReason;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The checkpoints in a directory store. Its id is what a worker wrote into the root; before that,
 * and while the directory was never seen mounted, it reaches no store.
 */
public final class DirectoryFiles implements CheckpointFiles {
  private final MountedRoot root;

  public DirectoryFiles(Path directory) {
    this.root = new MountedRoot(directory);
  }

  /** The store in this directory; empty while none was ever seen there. */
  public Optional<StoreId> id() {
    return root.id();
  }

  @Override
  public boolean reaches(StoreId store) {
    return root.id().filter(store::equals).isPresent();
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    try {
      root.requireThere(store);
      Verdict verdict = check(checkpoint);
      root.requireThere(store); // a mount lost meanwhile makes its files look missing
      return verdict;
    } catch (IOException e) {
      return new Verdict.Unreachable(sentence("read", e));
    }
  }

  private Verdict check(Checkpoint checkpoint) throws IOException {
    if (root.find(manifestOf(checkpoint)).isEmpty()) {
      return new Verdict.Missing(Manifest.FILE_NAME);
    }
    Optional<Manifest> manifest = find(checkpoint);
    if (manifest.isEmpty()) {
      return new Verdict.Different(Manifest.FILE_NAME);
    }
    for (FileEntry file : manifest.get().files()) {
      Optional<Path> place = root.find(file.storeId());
      if (place.isEmpty()) {
        return new Verdict.Missing(file.name());
      }
      if (Files.size(place.get()) != file.size()
          || !Sha256.ofFile(place.get()).equals(file.sha256())) {
        return new Verdict.Different(file.name());
      }
    }
    return new Verdict.Sound();
  }

  /** The manifest, if it has this digest. One that has, and cannot be read, is of a newer form. */
  private static Optional<Manifest> read(Path file, Sha256 digest) throws IOException {
    if (Files.size(file) > ManifestJson.LONGEST) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    if (!Sha256.of(bytes).equals(digest)) {
      return Optional.empty();
    }
    try {
      return Optional.of(ManifestJson.read(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    try {
      root.requireThere(store);
      if (root.find(manifestOf(pruned)).isEmpty()) {
        return; // a person removed it
      }
      Manifest manifest = require(pruned);
      Set<String> named = new HashSet<>();
      for (Checkpoint checkpoint : kept) {
        named.addAll(storeIds(require(checkpoint)));
      }
      for (String storeId : storeIds(manifest)) {
        if (!named.contains(storeId)) {
          delete(manifest.job(), storeId);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(sentence("tidied", e), e);
    }
  }

  /** The manifests among the orphans stay. */
  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    try {
      root.requireThere(store);
      Set<String> named = new HashSet<>();
      for (Checkpoint checkpoint : committed) {
        // One that is lost names no orphan: it could reuse files of committed folders only.
        find(checkpoint).ifPresent(manifest -> named.addAll(storeIds(manifest)));
      }
      Orphans orphans = new Orphans(current, named, Orphans.foldersOf(committed), root.now());
      List<String> deleted = orphans.among(new JobFolders(root.path(), job).list());
      for (String storeId : deleted) {
        delete(job, storeId);
      }
      return deleted;
    } catch (IOException e) {
      throw new UncheckedIOException(sentence("swept", e), e);
    }
  }

  @Override
  public OptionalLong room(StoreId store) {
    try {
      root.requireThere(store);
      return OptionalLong.of(Files.getFileStore(root.path()).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static List<String> storeIds(Manifest manifest) {
    return manifest.files().stream().map(FileEntry::storeId).toList();
  }

  /** Without knowing what it names, nothing can be deleted. */
  private Manifest require(Checkpoint checkpoint) throws IOException {
    return find(checkpoint)
        .orElseThrow(
            () ->
                new IOException(
                    "the manifest in "
                        + checkpoint.folder()
                        + " is missing or was changed, so nobody knows which files it needs"));
  }

  private Optional<Manifest> find(Checkpoint checkpoint) throws IOException {
    Optional<Path> stored = root.find(manifestOf(checkpoint));
    return stored.isEmpty() ? Optional.empty() : read(stored.get(), checkpoint.digest());
  }

  /** Only what lies in a checkpoint's folder of this job, and no manifest. */
  private void delete(JobId job, String storeId) throws IOException {
    boolean ours =
        folderOf(storeId)
            .flatMap(CheckpointFolder::parse)
            .filter(f -> f.job().equals(job))
            .isPresent();
    if (!ours || storeId.endsWith("/" + Manifest.FILE_NAME)) {
      return;
    }
    Optional<Path> file = root.find(storeId);
    if (file.isPresent()) {
      Files.deleteIfExists(file.get());
    }
  }

  private static Optional<String> folderOf(String storeId) {
    int slash = storeId.lastIndexOf('/');
    return slash < 0 ? Optional.empty() : Optional.of(storeId.substring(0, slash));
  }

  private static String manifestOf(Checkpoint checkpoint) {
    return checkpoint.folder() + "/" + Manifest.FILE_NAME;
  }

  private String sentence(String verb, IOException e) {
    return "The store at %s cannot be %s (%s). Check that it is there and mounted."
        .formatted(root.path(), verb, IoReason.of(e));
  }
}
