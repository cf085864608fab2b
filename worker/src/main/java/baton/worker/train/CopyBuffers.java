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

/** Room for one copy of a run's state: a buffer for each array. */
final class CopyBuffers {
  private final Map<String, Map<String, ByteBuffer>> buffers = new HashMap<>();
  private final Memory memory;
  private final AtomicBoolean taken = new AtomicBoolean();

  private CopyBuffers(Memory memory) {
    this.memory = memory;
  }

  /**
   * Room for {@code state}, free.
   *
   * @throws OutOfMemoryError if there is none
   */
  static CopyBuffers reserve(SortedMap<String, SortedMap<String, NDArray>> state, Memory memory) {
    CopyBuffers room = new CopyBuffers(memory);
    state.forEach(
        (file, arrays) -> arrays.forEach((name, array) -> room.buffer(file, name, size(array))));
    return room;
  }

  static long bytes(SortedMap<String, SortedMap<String, NDArray>> state) {
    return state.values().stream()
        .flatMap(arrays -> arrays.values().stream())
        .mapToLong(CopyBuffers::size)
        .sum();
  }

  /** Takes the room, if it is free. */
  boolean take() {
    return taken.compareAndSet(false, true);
  }

  /** Nobody reads what was copied here any more. */
  void giveBack() {
    taken.set(false);
  }

  /** Copies {@code state} here; an array that has grown since gets new room. */
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
                      name, Tensors.copy(array, buffer(file, name, size(array)), moves::add)));
          files.put(file, tensors);
        });
    MemoryCopy.all(moves);
    return files;
  }

  private ByteBuffer buffer(String file, String name, int size) {
    Map<String, ByteBuffer> ofFile = buffers.computeIfAbsent(file, f -> new HashMap<>());
    ByteBuffer buffer = ofFile.get(name);
    if (buffer == null || buffer.capacity() != size) {
      buffer = memory.reserve().apply(size).order(ByteOrder.LITTLE_ENDIAN);
      ofFile.put(name, buffer);
    }
    return buffer.clear();
  }

  private static int size(NDArray array) {
    return Math.toIntExact(array.size() * array.getDataType().getNumOfBytes());
  }
}
