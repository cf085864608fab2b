package baton.proofs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchGoalTest {
  @Test
  void aLineSaysWhatWasMeasuredAndWhetherThatIsWhatWasPromised() {
    assertThat(BenchGoal.atMost(1.25, "", "stall per save", 1.124).line())
        .isEqualTo("met      stall per save: 1.12, goal at most 1.25");
    assertThat(BenchGoal.atMost(2, " %", "slowdown", 2.4).line())
        .isEqualTo("NOT MET  slowdown: 2.40 %, goal at most 2 %");
    assertThat(BenchGoal.atLeast(10, " times", "less", 9.2).line())
        .isEqualTo("NOT MET  less: 9.20 times, goal at least 10 times");
  }

  @Test
  void theLimitItselfIsAllowed() {
    assertThat(BenchGoal.atMost(1, "", "x", 1).isMet()).isTrue();
    assertThat(BenchGoal.atLeast(1, "", "x", 1).isMet()).isTrue();
  }
}
