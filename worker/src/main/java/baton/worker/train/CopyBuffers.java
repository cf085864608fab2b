package baton.worker.train;

import ai.djl.ndarray.NDArray;
import baton.protocol.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Memory for one copy of a run's state: buffers for each array. */
final class CopyBuffers {
  private final Map<String, Map<String, List<ByteBuffer>>> buffers = new HashMap<>();
  private final Memory memory;
  private final AtomicBoolean taken = new AtomicBoolean();

  private CopyBuffers(Memory memory) {
    this.memory = memory;
  }

  /**
   * Reserves memory for {@code state}, not yet taken.
   *
   * @throws OutOfMemoryError if there is not enough
   */
  static CopyBuffers reserve(SortedMap<String, SortedMap<String, NDArray>> state, Memory memory) {
    CopyBuffers room = new CopyBuffers(memory);
    state.forEach(
        (file, arrays) -> arrays.forEach((name, array) -> room.buffers(file, name, size(array))));
    return room;
  }

  static long bytes(SortedMap<String, SortedMap<String, NDArray>> state) {
    return state.values().stream()
        .flatMap(arrays -> arrays.values().stream())
        .mapToLong(CopyBuffers::size)
        .sum();
  }

  /** Takes the buffers, if they are free. */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  /** Frees the buffers: nobody reads the copy in them any more. */
  void giveBack() {
    taken.set(false);
  }

  /** Copies {@code state} here; an array whose size has changed gets new buffers. */
  SortedMap<String, SortedMap<String, Tensor>> fill(
      SortedMap<String, SortedMap<String, NDArray>> state) {
    SortedMap<String, SortedMap<String, Tensor>> files = new TreeMap<>();
    List<MemoryCopy> moves = new ArrayList<>();
    state.forEach(
        (file, arrays) -> {
          SortedMap<String, Tensor> tensors = new TreeMap<>();
          arrays.forEach(
              (name, array) ->
                  tensors.put(
                      name, Tensors.copy(array, buffers(file, name, size(array)), moves::add)));
          files.put(file, tensors);
        });
    MemoryCopy.all(moves);
    return files;
  }

  private List<ByteBuffer> buffers(String file, String name, long size) {
    Map<String, List<ByteBuffer>> ofFile = buffers.computeIfAbsent(file, f -> new HashMap<>());
    List<ByteBuffer> found = ofFile.get(name);
    if (found == null || found.stream().mapToLong(ByteBuffer::capacity).sum() != size) {
      found = reserve(size);
      ofFile.put(name, found);
    }
    found.forEach(ByteBuffer::clear);
    return found;
  }

  /** Reserves one buffer, or several if one would be too large for Java. */
  private List<ByteBuffer> reserve(long size) {
    List<ByteBuffer> pieces = new ArrayList<>();
    long left = size;
    do {
      int length = (int) Math.min(Tensor.PIECE, left);
      pieces.add(memory.reserve().apply(length).order(ByteOrder.LITTLE_ENDIAN));
      left -= length;
    } while (left > 0);
    return pieces;
  }

  private static long size(NDArray array) {
    return array.size() * array.getDataType().getNumOfBytes();
  }
}
