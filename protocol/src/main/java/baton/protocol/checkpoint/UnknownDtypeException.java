package baton.protocol.checkpoint;

/** A tensor's elements are of a type that this Baton does not know. */
final class UnknownDtypeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnknownDtypeException(String dtype, Throwable cause) {
    super("the dtype " + dtype + " is not known to Baton", cause);
  }
}
