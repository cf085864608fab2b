package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The figures that the docs give. */
class FloorTest {
  private static Floor floor;

  @BeforeAll
  static void walkAllSentences() {
    floor = new Floor();
  }

  @Test
  void onlyLettersLookAlike() {
    assertThat(alike("set red by b one now"))
        .containsExactlyInAnyOrder("set red by b one now", "set red by p one now");
    assertThat(alike("set red by q one now"))
        .containsExactlyInAnyOrder("set red by q one now", "set red by u one now");
    assertThat(alike("set red with d one now"))
        .containsExactlyInAnyOrder("set red with d one now", "set red with t one now");
    assertThat(alike("set red with e one now")).hasSize(1);
    assertThat(alike("set red by f one now")).hasSize(1);
  }

  @Test
  void afterInAndAtEvenEIsOneOfThem() {
    assertThat(alike("set red in e one now"))
        .containsExactlyInAnyOrder(
            "set red in d one now", "set red in e one now", "set red in t one now");
    assertThat(alike("set red at e one now")).hasSize(3);
  }

  @Test
  void noReaderCanDoBetterThan2Point3PercentOfTheWords() {
    // Of 25 letters one of b and p is lost, one of q and u, one of d and t, and after half of the
    // prepositions a second one of d, e and t: 3.5 of 25 letters, each one of six words.
    assertThat(floor.errorRates().word()).isCloseTo(3.5 / 25 / 6, within(1e-12));
    assertThat(floor.errorRates().character()).isCloseTo(3.5 / 25 / 24.75, within(1e-12));
  }

  private static List<String> alike(String sentence) {
    return floor.alike(List.of(sentence.split(" ")));
  }
}
