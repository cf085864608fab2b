package baton.storage;

import java.util.function.LongConsumer;

/** The progress of a file; each byte is reported once, however often it is sent. */
public final class TransferProgress {
  private final LongConsumer moved;
  private long furthest;

  public TransferProgress(LongConsumer moved) {
    this.moved = moved;
  }

  /**
   * @param position how many bytes of the file have been sent now
   */
  public void reached(long position) {
    if (position > furthest) {
      long bytes = position - furthest;
      furthest = position;
      moved.accept(bytes);
    }
  }
}
