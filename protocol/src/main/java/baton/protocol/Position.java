package baton.protocol;

/**
 * How far training has come: {@code epoch} whole epochs, and {@code batch} batches of the next one.
 * The end of an epoch is always {@code (epoch + 1, 0)}.
 */
public record Position(int epoch, int batch) implements Comparable<Position> {
  public static final Position START = new Position(0, 0);

  private static final int MOST_EPOCHS = 1_000_000;

  public Position {
    if (epoch > MOST_EPOCHS) {
      throw new IllegalArgumentException(
          "no job has more than %d epochs; the position is in epoch %d"
              .formatted(MOST_EPOCHS, epoch));
    }
    if (epoch < 0 || batch < 0) {
      throw new IllegalArgumentException(
          "a position counts epochs and batches from zero, not (%d, %d)".formatted(epoch, batch));
    }
  }

  /** The position at which {@code epochs} whole epochs are done. */
  public static Position ofEpochs(int epochs) {
    return new Position(epochs, 0);
  }

  public boolean isAfter(Position other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Position other) {
    return epoch != other.epoch
        ? Integer.compare(epoch, other.epoch)
        : Integer.compare(batch, other.batch);
  }

  @Override
  public String toString() {
    return "e" + epoch + "-b" + batch;
  }
}
