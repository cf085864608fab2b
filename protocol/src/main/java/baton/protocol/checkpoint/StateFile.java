package baton.protocol.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A file of a state, as entries. The bytes are in memory, or mapped into it; the mapping lives as
 * long as any of them is reachable.
 *
 * @param head the bytes before the entries, which are not part of the state; may be empty
 * @param entries the entries in the order of the file
 */
public record StateFile(String name, ByteBuffer head, List<StateEntry> entries) {
  private static final String TENSORS = ".safetensors";

  public StateFile {
    entries = List.copyOf(entries);
  }

  /** A safetensors file with these tensors. */
  public static StateFile of(
      String name, SortedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Safetensors.Layout layout = Safetensors.layOut(tensors, metadata);
    return of(name, layout, tensors);
  }

  /** A file without tensors. */
  public static StateFile of(String name, byte[] bytes) {
    return whole(name, List.of(ByteBuffer.wrap(bytes)));
  }

  /**
   * A file on disk, mapped once.
   *
   * @throws SafetensorsException if its name says that it is a safetensors file, and it is not a
   *     valid one
   */
  public static StateFile map(Path file) throws IOException {
    String name = file.getFileName().toString();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (name.endsWith(TENSORS)) {
        Safetensors.Layout layout = Safetensors.read(file, channel);
        return of(name, layout, Safetensors.map(channel, layout));
      }
      return whole(name, Safetensors.pieces(channel, 0, channel.size()));
    }
  }

  private static StateFile of(String name, Safetensors.Layout layout, Map<String, Tensor> tensors) {
    List<StateEntry> entries = new ArrayList<>();
    for (String tensor : layout.names()) {
      entries.add(StateEntry.of(name, tensor, tensors.get(tensor)));
    }
    return new StateFile(name, layout.head(), entries);
  }

  private static StateFile whole(String name, List<ByteBuffer> pieces) {
    return new StateFile(name, ByteBuffer.allocate(0), List.of(StateEntry.whole(name, pieces)));
  }

  /** A view with a position of its own. */
  @Override
  public ByteBuffer head() {
    return head.duplicate();
  }

  /** The size in bytes. */
  public long size() {
    return head.remaining() + entries.stream().mapToLong(StateEntry::size).sum();
  }
}
