package baton.proofs.exact;

import baton.protocol.Sha256;
import java.util.Optional;

/**
 * A line of the table: an unbroken run and a relay.
 *
 * @param cuts how many workers were killed
 * @param stepsWithin whether the program tells of positions within epochs at all; a loop that is
 *     not ours may be saved at their ends only
 * @param midEpoch how many relays of the baton went on from within an epoch
 * @param epochEnd how many went on from an epoch's end
 * @param control empty: the relay was not broken on purpose
 */
record Row(
    String program,
    int threads,
    int cuts,
    boolean stepsWithin,
    int midEpoch,
    int epochEnd,
    Sha256 unbroken,
    Sha256 relayed,
    Optional<Control> control) {

  /**
   * That the relay was broken on purpose.
   *
   * @param mustDiffer on its own; of a user's script, which may have no optimizer or draw nothing
   *     at random, one of the two must
   */
  record Control(Sabotage sabotage, boolean mustDiffer) {}

  boolean isIdentical() {
    return unbroken.equals(relayed);
  }

  boolean isControl() {
    return control.isPresent();
  }
}
