package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import baton.worker.train.SplitMix64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeechTest {
  private static final Mouth REST = MouthShape.REST.mouth();
  private static final List<String> LONG =
      List.of("place", "green", "with", "x", "seven", "please");

  @Test
  void everySentenceOfEverySpeakerBeginsAndEndsAtRest() {
    for (long seed = 1; seed <= 100; seed++) {
      SplitMix64 random = new SplitMix64(seed);
      List<Mouth> film =
          Speech.of(
              Phonemes.shapes(LONG), Speaker.draw(random), random, GridGrammar.framesForAny());

      assertThat(film).hasSize(GridGrammar.framesForAny());
      assertThat(film.get(0)).as("seed %s", seed).isEqualTo(REST);
      assertThat(film.get(film.size() - 1)).as("seed %s", seed).isEqualTo(REST);
    }
  }

  @Test
  void theLipsMeetForABAndPartForAnA() {
    SplitMix64 random = new SplitMix64(1);
    List<Mouth> film = Speech.of(Phonemes.shapes(List.of("by")), Speaker.draw(random), random, 60);

    assertThat(film.stream().mapToDouble(Mouth::press).max().orElseThrow()).isGreaterThan(0.7);
    assertThat(film.stream().mapToDouble(Mouth::open).max().orElseThrow()).isGreaterThan(0.6);
  }

  @Test
  void wordsThatLookAlikeAreFilmsThatAreEqual() {
    assertThat(film("q")).isEqualTo(film("u"));
    assertThat(film("b")).isEqualTo(film("p"));
    assertThat(film("b")).isNotEqualTo(film("d"));
  }

  private static List<Mouth> film(String letter) {
    SplitMix64 random = new SplitMix64(8);
    Speaker speaker = Speaker.draw(random);
    return Speech.of(Phonemes.shapes(List.of("set", letter)), speaker, random, 60);
  }
}
