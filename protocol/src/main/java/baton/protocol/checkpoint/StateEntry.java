package baton.protocol.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An entry of a state's digest: a tensor of a file, or a whole file without tensors.
 *
 * @param file the name of the file
 * @param name the tensor's name; empty for a whole file
 * @param dtype the tensor's dtype; {@link #BYTES} for a whole file
 * @param pieces its bytes, as stored in the file
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

  /** The size in bytes. */
  public long size() {
    return Tensor.size(pieces);
  }
}
