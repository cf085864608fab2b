package baton.protocol;

/** How often a holder saves: every so many epochs, batches or seconds. */
public record Cadence(int every, Unit unit) {
  /** What a cadence counts. */
  public enum Unit {
    EPOCHS,
    BATCHES,
    SECONDS
  }

  public static final Cadence EVERY_EPOCH = new Cadence(1, Unit.EPOCHS);

  public Cadence {
    if (every < 1) {
      throw new IllegalArgumentException("a cadence counts from one, not " + every);
    }
  }

  @Override
  public String toString() {
    return "every " + every + " " + unit.name().toLowerCase(java.util.Locale.ROOT);
  }
}
