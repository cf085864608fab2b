package baton.proofs.exact;

import baton.protocol.Sha256;
import java.util.Optional;

/**
 * A row of the table: an unbroken run and a relay.
 *
 * @param cuts how many workers were killed
 * @param stepsWithin whether the program reports positions within epochs at all; a loop that is not
 *     ours may save only at their ends
 * @param midEpoch how many workers went on from within an epoch
 * @param epochEnd how many went on from an epoch's end
 * @param control empty if the relay was not broken on purpose
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
   * A relay that was broken on purpose.
   *
   * @param mustDiffer whether this control must differ by itself; of the two controls of a user's
   *     script, which may have no optimizer or draw nothing at random, only one must differ
   */
  record Control(Sabotage sabotage, boolean mustDiffer) {}

  boolean isIdentical() {
    return unbroken.equals(relayed);
  }

  boolean isControl() {
    return control.isPresent();
  }
}
