package baton.simulation;

/** What a worker's machine does with its time. */
enum Activity {
  GONE,
  BOOTING,
  /** It has no lease. */
  ASKING,
  /** It fetches a head and starts a program. */
  PREPARING,
  TRAINING,
  /** Training stands still for a copy, or to evaluate. */
  COPYING,
  /** It has nothing left to train and waits for its last save. */
  FINISHING
}
