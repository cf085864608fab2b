package baton.coordinator.lease;

import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Ask;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Instant;
import java.util.Optional;

/**
 * A session's report that its lease's head is corrupt or missing. Both kinds are weighed in the
 * same way (R3):
 *
 * <ol>
 *   <li>If the accused checkpoint is no longer the head, the accusation has no effect.
 *   <li>If the coordinator finds the head sound, it counts as an error of the accuser's machine.
 *   <li>It is believed if the coordinator finds the same, or a second session reports the same.
 *   <li>Otherwise it is noted, and the next session may confirm it.
 * </ol>
 *
 * @param agrees what the coordinator's own check finds if the accusation is true
 * @param end how the accuser's lease ends
 * @param sentence who accuses which checkpoint
 * @param unfounded the failure recorded for a machine that accuses a sound head
 */
record Accusation(OwnCheck agrees, LeaseEnd end, String sentence, Trouble unfounded) {

  /** The decision if the accusation is not believed; empty if it is. */
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
