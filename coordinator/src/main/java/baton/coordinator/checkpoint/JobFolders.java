package baton.coordinator.checkpoint;

import baton.coordinator.lease.StoredFolder;
import baton.coordinator.lease.StoredFolder.StoredFile;
import baton.protocol.JobId;
import baton.protocol.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folders of a job in a directory store; what Baton does not name so is not among them. */
record JobFolders(Path root, JobId job) {

  List<StoredFolder> list() throws IOException {
    Path place = root.resolve(job.value());
    if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<StoredFolder> folders = new ArrayList<>();
    for (Path folder : inside(place)) {
      Optional<CheckpointFolder> name =
          CheckpointFolder.parse(job + "/" + folder.getFileName().toString());
      if (name.isPresent() && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        folders.add(read(name.get(), folder));
      }
    }
    return folders;
  }

  private static StoredFolder read(CheckpointFolder name, Path folder) throws IOException {
    Instant changed = Files.getLastModifiedTime(folder).toInstant();
    List<StoredFile> files = new ArrayList<>();
    for (Path file : inside(folder)) {
      Instant at = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
      changed = at.isAfter(changed) ? at : changed;
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        String plain = file.getFileName().toString();
        files.add(new StoredFile(plain, name.path() + "/" + plain));
      }
    }
    return new StoredFolder(name, changed, files);
  }

  private static List<Path> inside(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
