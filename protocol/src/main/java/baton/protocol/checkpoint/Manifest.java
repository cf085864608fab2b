package baton.protocol.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The last file written of a checkpoint: its place in the job, and the size and sha256 of every
 * other file. Each names its parent's digest, so manifests chain a whole job.
 *
 * @param format the version of this format; a reader refuses a newer one
 * @param counter the number of checkpoints that the lease had written before this one
 * @param folder relative to the store's root
 * @param parent digest of the parent's manifest; empty for the first of a job
 * @param architectureHash sha256 over layer names, dtypes and shapes of the model
 * @param numericProfile what may change the bits: framework, threads, device, instruction set
 * @param measurements all measurements since the parent
 */
public record Manifest(
    int format,
    JobId job,
    String jobName,
    StoreId store,
    Fence fence,
    Position position,
    int counter,
    String folder,
    Optional<Sha256> parent,
    List<FileEntry> files,
    Sha256 stateDigest,
    long seed,
    Map<String, Object> parameters,
    Optional<Sha256> dataDigest,
    String program,
    Sha256 architectureHash,
    Map<String, String> numericProfile,
    List<Measurement> measurements,
    SessionId session,
    Instant time) {
  /**
   * The newest format. New in 2: metrics may be null, parameters that are not trained are in a file
   * of their own, and {@code state.json} has its own format 2.
   */
  public static final int FORMAT = 2;

  public static final String FILE_NAME = "manifest.json";

  /**
   * One file of a checkpoint.
   *
   * @param size in bytes
   * @param storeId the file's id where the store has ids (Drive); otherwise its path from the root
   */
  public record FileEntry(String name, long size, Sha256 sha256, String storeId) {
    public FileEntry {
      if (size < 0) {
        throw new IllegalArgumentException("the file " + name + " cannot have " + size + " bytes");
      }
      if (name.isBlank() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
        throw new IllegalArgumentException(
            "a checkpoint's files lie in its folder, not at " + name);
      }
    }
  }

  public Manifest {
    if (format < 1) {
      throw new IllegalArgumentException("a manifest's format counts from 1, not " + format);
    }
    files = List.copyOf(files);
    measurements = List.copyOf(measurements);
    Set<String> names = new HashSet<>();
    for (FileEntry file : files) {
      if (!names.add(file.name())) {
        throw new IllegalArgumentException("the manifest names " + file.name() + " twice");
      }
    }
  }

  /**
   * The checkpoint that this manifest describes.
   *
   * @param digest of this manifest's text
   */
  public Checkpoint checkpoint(Sha256 digest) {
    return new Checkpoint(digest, parent, position, fence, folder, stateDigest, bytes(), format);
  }

  /** The size of all files without the manifest itself, in bytes. */
  public long bytes() {
    return files.stream().mapToLong(FileEntry::size).sum();
  }
}
