package baton.coordinator.lease;

import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Ask;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * What a session may say against the head of its lease. Whatever it is, it is weighed alike (R3):
 *
 * <ol>
 *   <li>Of a checkpoint that is the head no more it is without effect.
 *   <li>Where the coordinator finds the head sound, it speaks against the accuser's machine.
 *   <li>It is believed if the coordinator finds the same, or a second session says it.
 *   <li>Else it is noted, and the next session may agree.
 * </ol>
 *
 * @param agrees what the coordinator finds where the accusation is true
 * @param end how the lease of the accuser ends
 * @param sentence who says it, and of which checkpoint
 * @param unfounded the trouble of a machine that accuses a sound head
 */
record Accusation(OwnCheck agrees, LeaseEnd end, String sentence, Trouble unfounded) {

  /** What is to be done if it is not to be believed; empty: it is. */
  Optional<Decision> weigh(Job job, Trouble trouble, OwnCheck ownCheck, Instant now) {
    Ask ask = job.lease().orElseThrow().ask();
    Sha256 accused = trouble.rejected().orElseThrow();
    if (!job.headDigest().equals(Optional.of(accused))) {
      return Optional.of(end(job.change(), LeaseEnd.RELEASED, now));
    }
    if (ownCheck == OwnCheck.SOUND) {
      return Optional.of(Fail.ofMachine(job, unfounded, now));
    }
    boolean isBelieved =
        ownCheck == agrees || job.budget().isAccusedByAnother(ask.session(), accused);
    return isBelieved ? Optional.empty() : Optional.of(note(job, ask, accused, now));
  }

  private Decision note(Job job, Ask ask, Sha256 accused, Instant now) {
    Change change =
        job.change()
            .budget(job.budget().accused(ask.session(), accused))
            .row(
                new History.Event(
                    History.Event.Kind.ACCUSED,
                    sentence.formatted(ask.worker(), accused.brief())
                        + "; a second session must agree",
                    now));
    return end(change, end, now);
  }

  private static Decision end(Change change, LeaseEnd why, Instant now) {
    return change.endLease(why, now).answer(new Outcome.Released());
  }
}
