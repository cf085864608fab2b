package baton.worker.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Converts between the engine's arrays and plain bytes, always by copying. */
final class Tensors {
  private Tensors() {}

  /**
   * Copies an array out of the engine. For an array on the CPU the engine returns its live memory;
   * that copy is only noted, and must be made before the array changes.
   *
   * @param own empty buffers of whole elements, together as large as the array
   */
  static Tensor copy(NDArray array, List<ByteBuffer> own, Consumer<MemoryCopy> noted) {
    Tensor tensor = new Tensor(dtype(array.getDataType()), shape(array.getShape()), own);
    if (array.getDevice().isGpu()) {
      try (NDArray onHost = array.toDevice(Device.cpu(), true)) {
        copyNow(onHost, own);
      }
    } else if (own.size() == 1) {
      noted.accept(new MemoryCopy(array.toByteBuffer(true), own.get(0)));
    } else {
      copyNow(array, own);
    }
    return tensor;
  }

  /** Copies at once: a part of an array may be a copy that the engine frees when it is closed. */
  private static void copyNow(NDArray array, List<ByteBuffer> own) {
    if (own.size() == 1) {
      MemoryCopy.all(List.of(new MemoryCopy(array.toByteBuffer(true), own.get(0))));
      return;
    }
    try (NDArray flat = array.reshape(array.size())) {
      long at = 0;
      for (ByteBuffer piece : own) {
        long end = at + piece.remaining() / array.getDataType().getNumOfBytes();
        try (NDArray part = flat.get(new NDIndex("{}:{}", at, end))) {
          MemoryCopy.all(List.of(new MemoryCopy(part.toByteBuffer(true), piece)));
        }
        at = end;
      }
    }
  }

  /**
   * Copies into arrays of the same names, dtypes and shapes. The arrays keep the memory that the
   * engine gave them, since some kernels sum in another order if the alignment of their operands
   * differs. {@code NDArray.copyTo} would replace it by Java's memory, with a warning of the
   * engine.
   */
  static void load(SortedMap<String, NDArray> arrays, Map<String, Tensor> saved) {
    arrays.forEach((name, array) -> fill(array, saved.get(name).pieces()));
  }

  private static void fill(NDArray array, List<ByteBuffer> pieces) {
    try (NDArray sameMemory = array.reshape(array.size())) {
      long at = 0;
      for (ByteBuffer piece : pieces) {
        long end = at + piece.remaining() / array.getDataType().getNumOfBytes();
        NDIndex place = pieces.size() == 1 ? new NDIndex(":") : new NDIndex("{}:{}", at, end);
        try (NDArray found =
            array.getManager().create(piece, new Shape(end - at), array.getDataType())) {
          sameMemory.set(place, found);
        }
        at = end;
      }
    }
  }

  /**
   * Checks that {@code found} has the names, dtypes and shapes of {@code expected}, and no others.
   *
   * @param file named in the error
   */
  static void requireFit(
      String file, SortedMap<String, NDArray> expected, Map<String, Tensor> found)
      throws TroubleException {
    for (Map.Entry<String, NDArray> entry : expected.entrySet()) {
      Tensor tensor = found.get(entry.getKey());
      String wanted = describe(entry.getValue());
      if (tensor == null) {
        throw misfit(
            "The tensor %s (%s) is missing from %s.".formatted(entry.getKey(), wanted, file));
      }
      String got = tensor.dtype() + tensor.shape();
      if (!got.equals(wanted)) {
        throw misfit(
            "The tensor %s in %s is %s where the model has %s."
                .formatted(entry.getKey(), file, got, wanted));
      }
    }
    for (String name : new TreeSet<>(found.keySet())) {
      if (!expected.containsKey(name)) {
        throw misfit("The model has no place for the tensor %s in %s.".formatted(name, file));
      }
    }
  }

  /** Dtype and shape of an array, such as {@code F32[16, 1, 3, 3]}. */
  static String describe(NDArray array) {
    return dtype(array.getDataType()) + shape(array.getShape());
  }

  static TroubleException misfit(String message) {
    return new TroubleException(
        Trouble.program(
            message,
            "Use a worker with the version of the program that wrote the checkpoint, or submit a"
                + " new job."));
  }

  private static List<Long> shape(Shape shape) {
    return Arrays.stream(shape.getShape()).boxed().toList();
  }

  private static String dtype(DataType type) {
    return switch (type) {
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case FLOAT16 -> "F16";
      case BFLOAT16 -> "BF16";
      case INT64 -> "I64";
      case INT32 -> "I32";
      case INT16 -> "I16";
      case INT8 -> "I8";
      case UINT64 -> "U64";
      case UINT32 -> "U32";
      case UINT16 -> "U16";
      case UINT8 -> "U8";
      case BOOLEAN -> "BOOL";
      default -> throw new UnsavableArrayException(type.toString());
    };
  }
}
