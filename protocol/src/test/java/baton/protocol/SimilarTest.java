package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SimilarTest {
  private static final List<String> COMMANDS =
      List.of("submit", "status", "pause", "crash", "resume", "data", "rates", "migrate");

  @Test
  void lettersInEachOthersPlaceAreOneSlip() {
    assertThat(Similar.slips("puase", "pause")).isEqualTo(1);
    assertThat(Similar.to("puase", COMMANDS)).containsExactly("pause");
    assertThat(Similar.to("sumbit", COMMANDS)).containsExactly("submit");
    assertThat(Similar.to("statsu", COMMANDS)).containsExactly("status");
  }

  @Test
  void lettersLeftOutAddedOrMistakenAreSlips() {
    assertThat(Similar.slips("sumit", "submit")).isEqualTo(1);
    assertThat(Similar.slips("submitt", "submit")).isEqualTo(1);
    assertThat(Similar.slips("zubmit", "submit")).isEqualTo(1);
    assertThat(Similar.slips("", "submit")).isEqualTo(6);
  }

  @Test
  void whatIsLikeNothingIsNotGuessed() {
    assertThat(Similar.to("frobnicate", COMMANDS)).isEmpty();
  }

  @Test
  void anOptionThatNobodyKnowsIsToldWithTheOneThatWasMeantWhateverItsValue() {
    List<String> options = List.of("--port", "--host");

    assertThat(Similar.unknown("Unknown option: '--prot=8642'", List.of("--prot=8642"), options))
        .isEqualTo("Unknown option: '--prot=8642'. Did you mean --port?");
    assertThat(Similar.unknown("Unknown option: '--colour'", List.of("--colour"), options))
        .isEqualTo("Unknown option: '--colour'.");
  }

  @Test
  void dashesAreNoLettersInWhichToErr() {
    assertThat(Similar.to("--hlep", List.of("--help", "-h"))).containsExactly("--help");
    assertThat(Similar.to("-x", List.of("-h", "--name"))).containsExactly("-h");
    assertThat(Similar.to("--x", List.of("--no"))).isEmpty();
  }

  @Test
  void theGuessIsAQuestion() {
    assertThat(Similar.guess("puase", COMMANDS)).isEqualTo(" Did you mean pause?");
    assertThat(Similar.guess("frobnicate", COMMANDS)).isEmpty();
  }

  @Test
  void twoAreNamedIfBothAreAsNear() {
    assertThat(Similar.to("--stores", List.of("--stored", "--store", "--storey", "--name")))
        .containsExactly("--store", "--stored", "--storey");
  }
}
