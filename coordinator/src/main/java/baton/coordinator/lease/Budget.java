package baton.coordinator.lease;

import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What went wrong in a job since its head last moved, and which sessions and devices it avoids
 * (R11). Lost leases, stalls and failures are counted separately.
 *
 * @param failures errors of the program at the current head
 * @param avoidedSessions sessions that failed this job, newest last; they are not given it again
 * @param bars kinds of device barred for a while, by name
 * @param accusation a report that the head is corrupt, which is not confirmed yet
 */
public record Budget(
    int lostInARow,
    int stallsInARow,
    List<Failure> failures,
    Set<SessionId> avoidedSessions,
    Map<String, Bar> bars,
    Optional<Accusation> accusation) {
  private static final int MOST_AVOIDED = 100;

  static final Budget UNTOUCHED = new Budget(0, 0, List.of(), Set.of(), Map.of(), Optional.empty());

  /** An error of the program, and the session in which it occurred. */
  public record Failure(SessionId session, String message) {
    /** Whether it is the same error, apart from numbers such as addresses and positions. */
    boolean isLike(String other) {
      return withoutNumbers(message).equals(withoutNumbers(other));
    }

    private static String withoutNumbers(String text) {
      return text.replaceAll("[0-9]+", "#");
    }
  }

  /** A kind of device that does not get this job until {@code until}, why, and what would help. */
  public record Bar(Instant until, String message, String remedy) {}

  /** A session's unconfirmed report that a checkpoint is corrupt (R3). */
  public record Accusation(SessionId session, Sha256 checkpoint) {}

  public Budget {
    failures = List.copyOf(failures);
    avoidedSessions = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(avoidedSessions));
    bars = Map.copyOf(bars);
  }

  /** The head moved: what went wrong at the old one no longer counts. */
  Budget headMoved() {
    return new Budget(0, 0, List.of(), avoidedSessions, bars, Optional.empty());
  }

  Budget lost() {
    return new Budget(lostInARow + 1, stallsInARow, failures, avoidedSessions, bars, accusation);
  }

  Budget stalled() {
    return new Budget(lostInARow, stallsInARow + 1, failures, avoidedSessions, bars, accusation);
  }

  Budget failed(SessionId session, String message) {
    List<Failure> all = new ArrayList<>(failures);
    all.add(new Failure(session, message));
    List<SessionId> avoided = new ArrayList<>(avoidedSessions);
    avoided.add(session);
    int surplus = Math.max(0, avoided.size() - MOST_AVOIDED);
    return new Budget(
        lostInARow,
        stallsInARow,
        all,
        new LinkedHashSet<>(avoided.subList(surplus, avoided.size())),
        bars,
        accusation);
  }

  Budget barred(String device, Trouble trouble, Instant until, Instant now) {
    Map<String, Bar> all = new TreeMap<>(bars);
    all.values().removeIf(bar -> !bar.until().isAfter(now));
    all.put(device, new Bar(until, trouble.message(), trouble.remedy()));
    return new Budget(lostInARow, stallsInARow, failures, avoidedSessions, all, accusation);
  }

  Budget accused(SessionId session, Sha256 checkpoint) {
    return new Budget(
        lostInARow,
        stallsInARow,
        failures,
        avoidedSessions,
        bars,
        Optional.of(new Accusation(session, checkpoint)));
  }

  /** How many sessions had this error at the current head. */
  long sessionsWith(String message) {
    return failures.stream()
        .filter(failure -> failure.isLike(message))
        .map(Failure::session)
        .distinct()
        .count();
  }

  boolean avoids(SessionId session) {
    return avoidedSessions.contains(session);
  }

  Optional<Bar> barOf(String device, Instant now) {
    return Optional.ofNullable(bars.get(device)).filter(bar -> bar.until().isAfter(now));
  }

  /** Whether this session waits for another to confirm that the head is corrupt. */
  boolean isAccuser(SessionId session) {
    return accusation.filter(a -> a.session().equals(session)).isPresent();
  }

  boolean isAccusedByAnother(SessionId session, Sha256 checkpoint) {
    return accusation
        .filter(a -> a.checkpoint().equals(checkpoint) && !a.session().equals(session))
        .isPresent();
  }
}
