package baton.simulation;

/**
 * The faults of the coordinators, and of their database and network, in one simulation.
 *
 * @param members how many coordinators share the database
 * @param freeze probability that a coordinator freezes at a read or write of shared data
 * @param slow probability that a read or write of shared data takes a moment
 * @param unknown probability that the outcome of a transaction stays unknown
 * @param cutFromDatabaseEvery mean seconds between cuts from the database; 0: none
 * @param cutFromOthersEvery mean seconds between cuts of a member from the others; 0: none
 * @param threads how many requests a coordinator handles at a time
 */
record ClusterFaults(
    int members,
    double freeze,
    double slow,
    double unknown,
    double cutFromDatabaseEvery,
    double cutFromOthersEvery,
    int threads) {

  private static final int THREADS = 4;

  /** One coordinator, as nearly all users run it, without faults. */
  static final ClusterFaults NONE = new ClusterFaults(1, 0, 0, 0, 0, 0, THREADS);

  static ClusterFaults drawnFrom(Chance chance) {
    if (chance.happens(0.4)) {
      return NONE;
    }
    int members = chance.between(1, 3);
    return new ClusterFaults(
        members,
        chance.happens(0.3) ? 0.002 : 0,
        chance.happens(0.5) ? 0.1 : 0,
        chance.happens(0.4) ? 0.05 : 0,
        chance.happens(0.2) ? chance.between(100, 400) : 0,
        members > 1 && chance.happens(0.4) ? chance.between(100, 400) : 0,
        THREADS);
  }

  /** Whether a coordinator learns of every change at once, so that each choice can be judged. */
  boolean isSteady() {
    return members == 1 && freeze + slow + unknown + cutFromDatabaseEvery == 0;
  }
}
