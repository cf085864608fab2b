package baton.protocol.checkpoint;

/** A file of the store has a format that only a newer Baton reads; the message says which. */
public final class NewerFormatException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param file the file's name
   * @param format the format that the file states
   * @param known the newest format that this version of Baton reads
   */
  NewerFormatException(String file, String format, int known) {
    super(
        "%s has format %s and was written by a newer Baton: upgrade this one, which knows %d"
            .formatted(file, format, known));
  }
}
