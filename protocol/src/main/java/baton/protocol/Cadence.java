package baton.protocol;

/**
 * How often a holder saves: every {@code every} epochs, batches or seconds, or as often as pays
 * off.
 *
 * @param every 1 for {@link Unit#AUTO}, which ignores it
 */
public record Cadence(int every, Unit unit) {
  /** What a cadence counts. */
  public enum Unit {
    EPOCHS,
    BATCHES,
    SECONDS,
    /** The worker chooses, by the measured cost of a save and how long sessions last. */
    AUTO
  }

  public static final Cadence AUTO = new Cadence(1, Unit.AUTO);
  public static final Cadence EVERY_EPOCH = new Cadence(1, Unit.EPOCHS);

  public Cadence {
    if (every < 1) {
      throw new IllegalArgumentException("a cadence counts from one, not " + every);
    }
    if (unit == Unit.AUTO && every != 1) {
      throw new IllegalArgumentException("the cadence auto counts nothing, so not " + every);
    }
  }

  @Override
  public String toString() {
    if (unit == Unit.AUTO) {
      return "as often as pays";
    }
    return "every " + every + " " + unit.name().toLowerCase(java.util.Locale.ROOT);
  }
}
