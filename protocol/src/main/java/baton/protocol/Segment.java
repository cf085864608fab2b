package baton.protocol;

/** The part of a job that a lease covers: from the head's position to the end of an epoch. */
public record Segment(Position from, Position to) {
  public Segment {
    if (!to.isAfter(from)) {
      throw new IllegalArgumentException("a segment ends after " + from + ", not at " + to);
    }
    if (to.batch() != 0) {
      throw new IllegalArgumentException("a segment ends at the end of an epoch, not at " + to);
    }
  }
}
