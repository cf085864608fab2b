package baton.protocol.checkpoint;

/**
 * The element types of a tensor, by their safetensors names and from narrow to wide; files hold the
 * widest first, so that every tensor is aligned to its width.
 */
enum Dtype {
  BOOL(1),
  U8(1),
  I8(1),
  F8_E5M2(1),
  F8_E4M3(1),
  I16(2),
  U16(2),
  F16(2),
  BF16(2),
  I32(4),
  U32(4),
  F32(4),
  F64(8),
  I64(8),
  U64(8);

  private final int width;

  Dtype(int width) {
    this.width = width;
  }

  static Dtype named(String name) {
    try {
      return valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new UnknownDtypeException(name, e);
    }
  }

  /** The bytes of one element. */
  int width() {
    return width;
  }
}
