package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import baton.worker.train.SplitMix64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GridGrammarTest {
  @Test
  void thereAre64000SentencesOfSixWords() {
    List<List<String>> sentences = GridGrammar.sentences().toList();

    assertThat(sentences).hasSize(64_000).doesNotHaveDuplicates();
    assertThat(sentences).allMatch(words -> words.size() == 6);
    assertThat(sentences).contains(List.of("bin", "blue", "at", "f", "two", "now"));
  }

  @Test
  void theLongestSentenceTakes33Frames() {
    int most =
        GridGrammar.sentences()
            .mapToInt(words -> Alphabet.framesFor(String.join(" ", words)))
            .max()
            .orElseThrow();

    assertThat(most).isEqualTo(33).isEqualTo(GridGrammar.framesForAny());
  }

  @Test
  void everyWordIsDrawnSoonerOrLater() {
    SplitMix64 random = new SplitMix64(11);

    Set<String> drawn =
        Stream.generate(() -> GridGrammar.draw(random))
            .limit(1_000)
            .flatMap(List::stream)
            .collect(Collectors.toSet());

    assertThat(drawn).isEqualTo(GridGrammar.vocabulary().collect(Collectors.toSet()));
  }
}
