package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorRatesTest {
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "bin, bin, 0",
    "bin, '', 3",
    "'', bin, 3",
    "green, gren, 1",
    "ab, ba, 2"
  })
  void anEditIsAWrongAMissingOrANeedlessPiece(String truth, String reading, int edits) {
    assertThat(ErrorRates.edits(pieces(truth), pieces(reading))).isEqualTo(edits);
  }

  @Test
  void ratesAreOverThePiecesOfAllTrueTexts() {
    ErrorRates rates = new ErrorRates();

    rates.add("bin blue at", "bin blu at");
    rates.add("now", "now soon");

    assertThat(rates.word()).isEqualTo(2 / 4.0);
    assertThat(rates.character()).isEqualTo(6 / 14.0);
  }

  @Test
  void whoReadsNothingHasEveryWordWrong() {
    ErrorRates rates = new ErrorRates();

    rates.add("lay red by a one again", "");

    assertThat(rates.word()).isEqualTo(1);
    assertThat(rates.character()).isEqualTo(1);
  }

  @Test
  void spacesAtTheEndsAndTwiceBetweenAreNoWords() {
    ErrorRates rates = new ErrorRates();

    rates.add("lay red", " lay  red ");

    assertThat(rates.word()).isZero();
    assertThat(rates.character()).isEqualTo(3 / 7.0);
  }

  private static List<String> pieces(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(""));
  }
}
