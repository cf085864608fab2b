package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.NumericProfile;
import baton.protocol.NumericProfile.Difference;
import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether the head's state is that of an unbroken run, bit for bit, or only equivalent to it (R7).
 * It follows from the head's chain alone, so a rollback past a hand-over undoes what that hand-over
 * changed.
 *
 * @param stretches the parts of the chain, each trained under one numeric profile, the first from
 *     the start; those in the middle that no rollback can reach any more may be left out
 */
public record Certificate(List<Stretch> stretches) {
  private static final int DIFFERENCES_TOLD = 3;

  /** The certificate of a chain without a checkpoint. */
  public static final Certificate NONE = new Certificate(List.of());

  /** The certificate of a chain that was recorded before profiles were. */
  static final Certificate NOT_KNOWN =
      new Certificate(List.of(new Stretch(NumericProfile.UNKNOWN, Position.START, Fence.NONE)));

  /** What is certified. */
  public enum Verdict {
    /** Every checkpoint of the chain was trained under one profile. */
    EXACT,
    /** The profile changed at some hand-over. */
    EQUIVALENT,
    /**
     * Every checkpoint has the same profile, which itself says that it may not give the same bits
     * twice.
     */
    UNSURE,
    /** Some checkpoints have no profile, and all others have the same. */
    UNKNOWN
  }

  /**
   * Consecutive checkpoints of one profile.
   *
   * @param from where the stretch begins: the position of the checkpoint before it, or the start
   * @param fence the fence of the lease that took over there
   */
  public record Stretch(NumericProfile profile, Position from, Fence fence) {}

  public Certificate {
    stretches = List.copyOf(stretches);
    for (int i = 1; i < stretches.size(); i++) {
      if (!stretches.get(i).from().isAfter(stretches.get(i - 1).from())) {
        throw new IllegalArgumentException("each stretch begins after the one before it");
      }
    }
  }

  /**
   * The certificate after one more checkpoint, trained from {@code from} on under {@code profile}.
   */
  public Certificate extended(NumericProfile profile, Position from, Fence fence) {
    if (last().filter(last -> last.profile().equals(profile)).isPresent()) {
      return this;
    }
    List<Stretch> longer = new ArrayList<>(stretches);
    longer.add(new Stretch(profile, from, fence));
    return new Certificate(longer);
  }

  /**
   * The certificate of the chain cut off at {@code head}, the position of one of its checkpoints.
   */
  Certificate rolledBackTo(Position head) {
    return new Certificate(
        stretches.stream().filter(stretch -> head.isAfter(stretch.from())).toList());
  }

  /**
   * Leaves out the stretches that neither the verdict nor a rollback to {@code oldestKept} or later
   * needs.
   */
  Certificate forgettingBefore(Position oldestKept) {
    Optional<Stretch> departure = departure();
    Optional<Stretch> unsure = unsure();
    NumericProfile begun = NumericProfile.UNKNOWN;
    List<Stretch> kept = new ArrayList<>();
    for (int i = 0; i < stretches.size(); i++) {
      Stretch stretch = stretches.get(i);
      boolean superseded =
          i + 1 < stretches.size() && oldestKept.isAfter(stretches.get(i + 1).from());
      NumericProfile completed = begun.completedBy(stretch.profile());
      boolean tells =
          i == 0
              || !completed.equals(begun)
              || departure.filter(stretch::equals).isPresent()
              || unsure.filter(stretch::equals).isPresent();
      if (!superseded || tells) {
        kept.add(stretch);
      }
      begun = completed;
    }
    return new Certificate(kept);
  }

  public Verdict verdict() {
    if (departure().isPresent()) {
      return Verdict.EQUIVALENT;
    }
    if (unsure().isPresent()) {
      return Verdict.UNSURE;
    }
    boolean allKnown = stretches.stream().allMatch(stretch -> stretch.profile().isKnown());
    return allKnown ? Verdict.EXACT : Verdict.UNKNOWN;
  }

  /** The first stretch whose profile differs from that at the start; empty if there is none. */
  public Optional<Stretch> departure() {
    return firstDeparture().map(Departure::at);
  }

  /** How the profile of the {@link #departure} differs from that at the start. */
  public List<Difference> differences() {
    return firstDeparture().map(Departure::differences).orElse(List.of());
  }

  private record Departure(Stretch at, List<Difference> differences) {}

  private Optional<Departure> firstDeparture() {
    NumericProfile begun = NumericProfile.UNKNOWN;
    for (Stretch stretch : stretches) {
      boolean comparable = begun.isKnown() && stretch.profile().isKnown();
      List<Difference> differences = comparable ? begun.differences(stretch.profile()) : List.of();
      if (!differences.isEmpty()) {
        return Optional.of(new Departure(stretch, differences));
      }
      begun = begun.completedBy(stretch.profile());
    }
    return Optional.empty();
  }

  /** The first stretch that may give other bits even if it is repeated under its own profile. */
  private Optional<Stretch> unsure() {
    return stretches.stream().filter(s -> s.profile().unsure().isPresent()).findFirst();
  }

  /** The verdict in words, with its reason. */
  public String sentence() {
    return switch (verdict()) {
      case EXACT -> "exact: trained under one numeric profile";
      case UNSURE ->
          "not known to be exact here: "
              + unsure().flatMap(s -> s.profile().unsure()).orElseThrow();
      case UNKNOWN ->
          "not known whether exact: there are checkpoints without a numeric profile; baton verify"
              + " reads what the store holds";
      case EQUIVALENT ->
          "equivalent, not identical, since %s (lease %s): %s"
              .formatted(
                  departure().orElseThrow().from(),
                  departure().orElseThrow().fence(),
                  told(differences()));
    };
  }

  /** The last stretch of the chain. */
  public Optional<Stretch> last() {
    return stretches.isEmpty()
        ? Optional.empty()
        : Optional.of(stretches.get(stretches.size() - 1));
  }

  static String told(List<Difference> differences) {
    String first =
        differences.stream()
            .limit(DIFFERENCES_TOLD)
            .map(Difference::toString)
            .collect(Collectors.joining("; "));
    int more = differences.size() - DIFFERENCES_TOLD;
    return more > 0 ? first + "; and " + more + " more" : first;
  }
}
