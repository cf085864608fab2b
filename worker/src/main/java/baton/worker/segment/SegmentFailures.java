package baton.worker.segment;

import baton.protocol.Sha256;
import baton.protocol.Trouble;

/** The failures that a session itself detects, each with its remedy. */
final class SegmentFailures {
  private static final int LONGEST = 1_900;

  private SegmentFailures() {}

  static Trouble full(String message) {
    return Trouble.machine(
        brief(message),
        "Free space in the store and on this machine's disk, or use another store.");
  }

  static Trouble ofMachine(String message) {
    return Trouble.machine(
        brief(message),
        "Start the worker with --verbose, and see the reason in its log; is this machine's memory or disk full?");
  }

  static Trouble unreachable(String message) {
    return Trouble.machine(brief(message), "Check that this machine can read and write the store.");
  }

  /** Missing files count as gone, never as corrupt (R3): somebody may put them back. */
  static Trouble gone(Sha256 head, String message) {
    return Trouble.gone(
        head,
        "The head's files are not in the store: " + brief(message),
        "Put them back (a person or another program removed them), or cancel the job.");
  }

  static Trouble unsound(String message) {
    return Trouble.machine(
        "The store does not keep what is written to it: " + brief(message),
        "Check the store's disk, and that nothing else writes to it.");
  }

  static Trouble malformed(String message) {
    return Trouble.machine(
        "The coordinator does not understand this worker's commit: " + brief(message),
        "Run the same version of Baton on both sides.");
  }

  private static String brief(String message) {
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…";
  }
}
