package baton.storage.drive.transfer;

import java.util.function.LongConsumer;

/** How far a file has come, told once for every byte, however often it is sent. */
public final class TransferProgress {
  private final LongConsumer moved;
  private long furthest;

  public TransferProgress(LongConsumer moved) {
    this.moved = moved;
  }

  void reached(long position) {
    if (position > furthest) {
      long bytes = position - furthest;
      furthest = position;
      moved.accept(bytes);
    }
  }
}
