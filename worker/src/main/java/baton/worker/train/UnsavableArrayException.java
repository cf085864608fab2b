package baton.worker.train;

/** An array's elements are of a type that Baton's checkpoints cannot hold: a limit of Baton. */
final class UnsavableArrayException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsavableArrayException(String type) {
    super("an array of " + type + " cannot be saved");
  }
}
