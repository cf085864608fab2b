package baton.protocol;

import java.util.Optional;

/**
 * A committed checkpoint as the relay knows it.
 *
 * @param digest sha256 of its manifest; each manifest names its parent's digest, which makes a
 *     job's checkpoints a hash chain
 * @param parent the digest of the checkpoint it extends; empty for the first of a job
 * @param folder its folder in the store, relative to the store's root
 * @param stateDigest sha256 of the state it holds, without its parents; what R7 compares
 * @param bytes the size of all its files, in bytes
 * @param format of its manifest and files; absent in records of older versions, which means 1
 */
public record Checkpoint(
    Sha256 digest,
    Optional<Sha256> parent,
    Position position,
    Fence fence,
    String folder,
    Sha256 stateDigest,
    long bytes,
    Integer format) {
  public Checkpoint {
    format = format == null ? 1 : format;
  }
}
