package baton.cli.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.testing.PlainPython;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's own script runs the relay: a real coordinator, real workers, real children. */
@Tag("proof")
@Timeout(120)
class OwnScriptTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeAll
  static void withPython() {
    PlainPython.assume("OwnScriptTest");
  }

  @BeforeEach
  void aCoordinator() throws IOException {
    rig = new Rig(folder);
  }

  @AfterEach
  void nobodyIsLeft() {
    if (rig != null) {
      rig.close();
    }
  }

  @Test
  void aRelayOfAScriptWhoseWorkerIsKilledEqualsTheUnbrokenRun() throws Exception {
    rig.mayPass(true);
    JobId unbroken = rig.submit("unbroken");
    Rig.Runner first = rig.worker("first");
    Checkpoint end = rig.complete(unbroken).head();
    assertThat(rig.endings(unbroken)).doesNotContain("LOST");

    rig.mayPass(false);
    first.forget();
    JobId relay = rig.submit("relay");
    ProcessHandle script = first.hangingScript();
    rig.committed(relay);
    first.kill();
    awaitEnd(script);

    rig.mayPass(true);
    Rig.Runner second = rig.worker("second");
    assertThat(rig.complete(relay).head().stateDigest()).isEqualTo(end.stateDigest());
    second.says("restored e\\d-b\\d");
    assertThat(rig.endings(relay)).contains("LOST");
  }

  @Test
  void aHangingScriptIsFreedWhenItsJobIsCancelledAndTheWorkerGoesOn() throws Exception {
    JobId hanging = rig.submit("hanging");
    Rig.Runner worker = rig.worker("anna");
    ProcessHandle script = worker.hangingScript();

    rig.cancel(hanging);

    awaitEnd(script);
    rig.mayPass(true);
    rig.complete(rig.submit("next"));
    assertThat(rig.endings(hanging)).contains("CANCELLED");
  }

  @Test
  void aScriptThatHangsBeforeItKnowsBatonDiesWithItsKilledWorkerAndLeavesNothing()
      throws Exception {
    rig.write("import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(600)\n");
    rig.submit("stuck");
    Rig.Runner first = rig.worker("first");
    ProcessHandle script =
        ProcessHandle.of(Long.parseLong(first.says("toy\\| pid (\\d+)"))).orElseThrow();
    assertThat(rig.homesOfChildren()).hasSize(1);

    first.kill();
    awaitEnd(script);

    Rig.Runner second = rig.worker("second");
    second.says("toy\\| pid (\\d+)");
    assertThat(rig.homesOfChildren()).as("the killed worker's is cleared").hasSize(1);
  }

  @Test
  void theOutputOfAFailingScriptIsToldOnce() throws Exception {
    rig.write("import baton\nrun = baton.resume(state={})\nraise ValueError('torn')\n");
    rig.submit("failing");
    Rig.Runner worker = rig.worker("first", "--once");

    assertThat(worker.ends()).as(worker.text()).isEqualTo(5);

    assertThat(worker.text()).containsOnlyOnce("Traceback").containsPattern("ends: .*torn");
  }

  @Test
  void aChangedScriptIsRefusedUntilItIsAccepted() throws Exception {
    JobId job = rig.submit("changing");
    Rig.Runner first = rig.worker("first");
    first.hangingScript();
    rig.committed(job);
    first.kill();
    rig.mayPass(true);
    rig.write(Rig.SCRIPT + "# better\n");

    Rig.Runner refused = rig.worker("refused", "--once");
    assertThat(refused.ends()).as(refused.text()).isEqualTo(5);
    assertThat(refused.text())
        .containsPattern(
            "This toy is not what made the checkpoint at e\\d-b\\d: another version of")
        .contains("baton resume changing --accept-change");
    assertThat(rig.endings(job)).contains("FAILED");
    assertThat(rig.job(job).notices()).anyMatch(n -> n.contains("another version of the script"));

    rig.acceptChange(job);
    Rig.Runner accepting = rig.worker("accepting", "--once");
    rig.complete(job);
    accepting.says("toy: goes on from e\\d-b\\d, as a person accepts, with another version .*");
    assertThat(rig.job(job).certificate().sentence())
        .contains("equivalent, not identical", "another version of the script");
  }

  /** A dead process may stay in the table, without a command, where nobody reaps orphans. */
  private static void awaitEnd(ProcessHandle process) {
    await().atMost(Duration.ofSeconds(20)).until(() -> process.info().command().isEmpty());
  }
}
