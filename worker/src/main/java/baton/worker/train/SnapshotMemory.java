package baton.worker.train;

import ai.djl.ndarray.NDArray;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that a run's state is copied into, reserved before training begins, so that a snapshot
 * costs only the copy. There are two places: one copy is saved while the next waits. If memory is
 * short there is one, and training saves less often.
 *
 * <p>The training thread takes places; any thread gives them back.
 */
final class SnapshotMemory {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotMemory.class);

  private final List<CopyBuffers> places = new ArrayList<>();
  private final Memory memory;

  private SnapshotMemory(Memory memory) {
    this.memory = memory;
  }

  /**
   * Reserves memory for copies of {@code state}, whose arrays are by file and name.
   *
   * @throws TroubleException of kind MACHINE if there is not enough memory for one copy
   */
  static SnapshotMemory reserve(SortedMap<String, SortedMap<String, NDArray>> state, Memory memory)
      throws TroubleException {
    SnapshotMemory reserved = new SnapshotMemory(memory);
    long bytes = CopyBuffers.bytes(state);
    if (!reserved.add(state, bytes)) {
      throw new TroubleException(tooSmall(bytes));
    }
    if (!reserved.add(state, bytes)) {
      LOG.warn("There is memory for one copy of the state ({} MB), not for two.", megabytes(bytes));
    }
    return reserved;
  }

  private boolean add(SortedMap<String, SortedMap<String, NDArray>> state, long bytes) {
    // Linux overcommits memory, and kills a process that then uses it.
    if (memory.available().getAsLong() < bytes) {
      return false;
    }
    try {
      places.add(CopyBuffers.reserve(state, memory));
      return true;
    } catch (OutOfMemoryError e) {
      LOG.debug("No memory for a copy", e);
      return false;
    }
  }

  private static Trouble tooSmall(long bytes) {
    return Trouble.machine(
        "This machine has no memory for a copy of the training's state (%d MB), so it cannot save."
            .formatted(megabytes(bytes)),
        "Use a machine with more memory, or give the worker more with"
            + " BATON_JAVA_OPTIONS=-XX:MaxDirectMemorySize=… (%d MB or more)."
                .formatted(2 * megabytes(bytes)));
  }

  private static long megabytes(long bytes) {
    return Math.max(1, (bytes + 999_999) / 1_000_000);
  }

  /**
   * Gives all places back; a copy that is still being saved keeps its own until then. Direct memory
   * is freed when its buffers are garbage-collected; an idle worker collects nothing by itself, so
   * this runs the collector.
   */
  void giveBack() {
    places.clear();
    System.gc();
  }

  /** The number of copies that fit at a time. */
  int places() {
    return places.size();
  }

  /**
   * Copies {@code state} into a free place. If all places are taken, the copy gets memory of its
   * own.
   */
  Copy copy(SortedMap<String, SortedMap<String, NDArray>> state) {
    CopyBuffers free =
        places.stream()
            .filter(CopyBuffers::take)
            .findFirst()
            .orElseGet(() -> CopyBuffers.reserve(state, memory));
    try {
      return new Copy(free.fill(state), free);
    } catch (RuntimeException | Error e) {
      free.giveBack();
      throw e;
    }
  }

  /**
   * A state as plain bytes, by file and name.
   *
   * @param place the memory of the bytes; given back when nobody reads them any more
   */
  record Copy(SortedMap<String, SortedMap<String, Tensor>> files, CopyBuffers place) {
    SortedMap<String, Tensor> file(String name) {
      return files.get(name);
    }
  }
}
