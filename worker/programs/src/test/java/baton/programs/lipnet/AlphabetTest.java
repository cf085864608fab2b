package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlphabetTest {
  @Test
  void labelsSpellTheTextTheyCameFrom() {
    String text = "place zed with x seven again";

    assertThat(
            IntStream.of(Alphabet.labels(text))
                .mapToObj(label -> String.valueOf(Alphabet.character(label)))
                .collect(Collectors.joining()))
        .isEqualTo(text);
    assertThat(Alphabet.labels(text)).doesNotContain(Alphabet.BLANK);
    assertThat(Alphabet.labels(" z")).containsExactly(1, Alphabet.CLASSES - 1);
  }

  @Test
  void aDigitOrACapitalCannotBeWritten() {
    assertThat(Alphabet.spells("two now")).isTrue();
    assertThat(Alphabet.spells("2 now")).isFalse();
    assertThat(Alphabet.spells("Two now")).isFalse();
    assertThatThrownBy(() -> Alphabet.labels("2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the alphabet has no '2'");
  }

  @ParameterizedTest
  @CsvSource({"'', 0", "a, 1", "aa, 3", "aaa, 5", "green, 6", "seven, 5", "three green, 13"})
  void aTextTakesAFrameForEachCharacterAndABlankWithinEachRepeat(String text, int frames) {
    assertThat(Alphabet.framesFor(text)).isEqualTo(frames);
  }
}
