package baton.proofs.exact;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Sha256;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExactVerdictTest {
  private static final Sha256 ONE = Sha256.ofText("one");
  private static final Sha256 OTHER = Sha256.ofText("other");

  @Test
  void identicalRelaysAndControlsThatDifferAreOk() {
    ExactVerdict verdict =
        new ExactVerdict(
            List.of(
                relay("digits", 1, ONE),
                relay("digits", 2, ONE),
                control("digits", Sabotage.OPTIMIZER, OTHER, true)));

    assertThat(verdict.line()).isEqualTo("EXACT OK programs=1 cuts=40 identical=2");
  }

  @Test
  void aRelayThatDiffersOnSomeThreadsIsNamed() {
    ExactVerdict verdict =
        new ExactVerdict(List.of(relay("digits", 1, ONE), relay("digits", 2, OTHER)));

    assertThat(verdict.line()).isEqualTo("EXACT FAILED digits differs on 2 threads");
  }

  @Test
  void aControlThatIsTheSameMeansThatNothingWasProven() {
    ExactVerdict verdict =
        new ExactVerdict(
            List.of(
                relay("digits", 1, ONE),
                control("digits", Sabotage.OPTIMIZER, OTHER, true),
                control("digits", Sabotage.RANDOMNESS, ONE, true)));

    assertThat(verdict.line())
        .startsWith("EXACT FAILED digits is the same when it is broken on purpose");
  }

  @Test
  void aUsersScriptMayDrawNothingAtRandomButOneControlMustDiffer() {
    Row drawsNothing = control("mine", Sabotage.RANDOMNESS, ONE, false);
    Row forgetful = control("mine", Sabotage.OPTIMIZER, OTHER, false);

    assertThat(new ExactVerdict(List.of(relay("mine", 1, ONE), forgetful, drawsNothing)).isOk())
        .isTrue();
    assertThat(new ExactVerdict(List.of(relay("mine", 1, ONE), drawsNothing)).isOk()).isFalse();
  }

  @Test
  void aRelayThatNeverWentOnFromWithinAnEpochOrFromAnEndProvesNothingOfThat() {
    Row allAtEnds = new Row("digits", 1, 3, true, 0, 3, ONE, ONE, Optional.empty());
    Row allWithin = new Row("digits", 1, 3, true, 3, 0, ONE, ONE, Optional.empty());
    Row never = new Row("digits", 1, 3, true, 0, 0, ONE, ONE, Optional.empty());

    assertThat(new ExactVerdict(List.of(allAtEnds)).line())
        .isEqualTo(
            "EXACT FAILED digits on 1 threads never went on from a checkpoint within an epoch, so"
                + " that is not proven");
    assertThat(new ExactVerdict(List.of(allWithin)).line())
        .contains("a checkpoint at an epoch's end");
    assertThat(new ExactVerdict(List.of(never)).isOk()).isFalse();
    Row savedAtEndsOnly = new Row("keras", 1, 3, false, 0, 3, ONE, ONE, Optional.empty());
    assertThat(new ExactVerdict(List.of(savedAtEndsOnly)).isOk()).isTrue();
  }

  @Test
  void nothingComparedIsNothingProven() {
    assertThat(new ExactVerdict(List.of()).line()).isEqualTo("EXACT FAILED nothing was compared");
  }

  @Test
  void theTableTellsRelaysFromControls() {
    List<String> lines =
        Table.of(
            List.of(relay("digits", 1, ONE), control("digits", Sabotage.OPTIMIZER, OTHER, true)));

    assertThat(lines.get(1)).startsWith("digits ").endsWith("yes");
    assertThat(lines).contains("Broken on purpose, these must differ:");
    assertThat(lines.get(4)).startsWith("digits, optimizer dropped").endsWith("differs");
  }

  private static Row relay(String program, int threads, Sha256 digest) {
    return new Row(program, threads, 20, true, 18, 2, ONE, digest, Optional.empty());
  }

  private static Row control(String program, Sabotage how, Sha256 digest, boolean mustDiffer) {
    Row.Control control = new Row.Control(how, mustDiffer);
    return new Row(program, 1, 1, true, 1, 0, ONE, digest, Optional.of(control));
  }
}
