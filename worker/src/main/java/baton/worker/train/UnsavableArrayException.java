package baton.worker.train;

/**
 * An array's elements are of a type that Baton has no form for in a checkpoint: a limit of its own.
 */
final class UnsavableArrayException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsavableArrayException(String type) {
    super("an array of " + type + " cannot be saved");
  }
}
