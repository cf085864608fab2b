package baton.protocol.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a state's digest counts as one: a tensor of a file, or a whole file that holds none.
 *
 * @param file the name of the file that it is in
 * @param name the tensor's; empty for a whole file
 * @param dtype {@link #BYTES} for a whole file
 * @param pieces its bytes, as they lie in the file
 */
public record StateEntry(
    String file, String name, String dtype, List<Long> shape, List<ByteBuffer> pieces) {
  static final String BYTES = "BYTES";

  static StateEntry of(String file, String name, Tensor tensor) {
    return new StateEntry(file, name, tensor.dtype(), tensor.shape(), tensor.pieces());
  }

  static StateEntry whole(String file, List<ByteBuffer> pieces) {
    return new StateEntry(file, "", BYTES, List.of(Tensor.size(pieces)), pieces);
  }

  /** In bytes. */
  public long size() {
    return Tensor.size(pieces);
  }
}
