package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.broughtTo;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** R3: files that are gone are no corruption, and nothing is trained again because of them. */
class ReportMissingTest {
  private final Job waiting = broughtTo(broughtTo(waiting(), "zoe", 1, 0), "zoe", 2, 0);
  private final Job leased = leasedTo("anna", waiting);

  @Test
  void whatTheCoordinatorMissesTooPausesTheJobAtItsHead() {
    Job paused = after(leased, miss(leased, OwnCheck.MISSING));

    assertThat(paused.state()).isEqualTo(JobState.PAUSED);
    assertThat(paused.head()).isEqualTo(leased.head());
    assertThat(paused.reason().orElseThrow())
        .contains(leased.head().orElseThrow().folder())
        .contains("trash")
        .contains("baton recover --existing");
    assertThat(paused.budget().bars()).as("no device is to blame").isEmpty();
  }

  @Test
  void oneSessionAloneIsNotBelievedAndTheNextOneTriesIt() {
    Job accused = after(leased, miss(leased, OwnCheck.NOT_MADE));

    assertThat(accused.state()).isEqualTo(JobState.WAITING);
    assertThat(Schedule.obstacle(accused, ask("anna"), Samples.NOON)).isPresent();
    Job second = leasedTo("ben", accused);
    assertThat(after(second, miss(second, OwnCheck.NOT_MADE)).state()).isEqualTo(JobState.PAUSED);
  }

  @Test
  void whatTheCoordinatorFindsWholeSpeaksAgainstTheMachine() {
    Job after = after(leased, miss(leased, OwnCheck.SOUND));

    assertThat(after.state()).isEqualTo(JobState.WAITING);
    assertThat(after.budget().bars()).containsKey("cpu");
  }

  @Test
  void onceTheFilesAreBackAPersonLetsItGoOn() {
    Job paused = after(leased, miss(leased, OwnCheck.MISSING));

    Job resumed = after(paused, new Resume(false, Optional.empty()));

    assertThat(resumed.state()).isEqualTo(JobState.WAITING);
    assertThat(leasedTo("anna", resumed).position()).isEqualTo(leased.position());
  }

  @Test
  void anOldHeadThatIsMissedProvesNothingAboutTheNewOne() {
    Trouble old = Trouble.gone(Sha256.ofText("an older head"), "gone", "Find it.");

    Job after =
        after(leased, new ReportMissing(leased.fence(), secretOf(leased), old, OwnCheck.MISSING));

    assertThat(after.state()).isEqualTo(JobState.WAITING);
    assertThat(after.budget().accusation()).isEqualTo(Optional.empty());
  }

  private static ReportMissing miss(Job job, OwnCheck check) {
    Trouble gone = Trouble.gone(job.headDigest().orElseThrow(), "gone", "Find it.");
    return new ReportMissing(job.fence(), secretOf(job), gone, check);
  }
}
