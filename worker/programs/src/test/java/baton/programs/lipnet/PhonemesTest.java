package baton.programs.lipnet;

import static baton.programs.lipnet.MouthShape.BACK;
import static baton.programs.lipnet.MouthShape.CLOSED;
import static baton.programs.lipnet.MouthShape.MIDDLE;
import static baton.programs.lipnet.MouthShape.POUT;
import static baton.programs.lipnet.MouthShape.SPREAD;
import static baton.programs.lipnet.MouthShape.TEETH;
import static baton.programs.lipnet.MouthShape.TIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PhonemesTest {
  @Test
  void everyWordOfTheGrammarHasShapesAndEveryShapeButRestIsUsed() {
    Set<MouthShape> used = EnumSet.of(MouthShape.REST);

    GridGrammar.vocabulary().forEach(word -> used.addAll(Phonemes.shapes(List.of(word))));

    assertThat(used).containsExactly(MouthShape.values());
  }

  @Test
  void aWordIsSeenAsTheShapesOfItsPhonemes() {
    assertThat(Phonemes.of("place")).containsExactly("P", "L", "EY", "S");
    assertThat(Phonemes.shapes(List.of("bin"))).containsExactly(CLOSED, SPREAD, TIP);
    assertThat(Phonemes.shapes(List.of("x"))).containsExactly(MIDDLE, BACK, TEETH);
    assertThat(Phonemes.shapes(List.of("a"))).as("a diphthong").containsExactly(MIDDLE, SPREAD);
  }

  @Test
  void equalNeighboursAreOneShapeWithinAWordAndAcrossWords() {
    assertThat(Phonemes.shapes(List.of("q"))).containsExactly(BACK, POUT);
    assertThat(Phonemes.shapes(List.of("in", "d"))).containsExactly(SPREAD, TIP, SPREAD);
    assertThat(Phonemes.shapes(List.of("x", "six")))
        .containsExactly(MIDDLE, BACK, TEETH, SPREAD, BACK, TEETH);
  }

  @Test
  void aWordThatNobodyHasSpelledOutIsAnError() {
    assertThatThrownBy(() -> Phonemes.of("w"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"w\"");
  }
}
