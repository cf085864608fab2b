package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.NumericProfile.Difference;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumericProfileTest {
  private static final NumericProfile LAPTOP =
      new NumericProfile(
          Map.of("device", "cpu", "engine", "PyTorch 2.7.1", "threads", "1", "processor", "Xeon"));

  @Test
  void theSameFactsInAnyOrderAreOneProfile() {
    NumericProfile again =
        new NumericProfile(
            Map.of(
                "processor", "Xeon", "threads", "1", "engine", "PyTorch 2.7.1", "device", "cpu"));

    assertThat(again).isEqualTo(LAPTOP);
    assertThat(LAPTOP.differences(again)).isEmpty();
  }

  @Test
  void whatDiffersIsToldInPeoplesWordsTheMostTellingFirst() {
    NumericProfile gpu =
        new NumericProfile(
            Map.of("device", "gpu", "gpu", "H100", "engine", "PyTorch 2.5.1", "threads", "2"));

    assertThat(LAPTOP.differences(gpu))
        .extracting(Difference::toString)
        .containsExactly(
            "another device: cpu -> gpu",
            "another GPU: none -> H100",
            "another framework version: PyTorch 2.7.1 -> PyTorch 2.5.1",
            "another thread count: 1 -> 2",
            "another processor: Xeon -> none");
  }

  @Test
  void aProfileTravelsAsItsFacts() throws Exception {
    String text = Json.writer().writeValueAsString(LAPTOP);

    assertThat(text)
        .isEqualTo(
            "{\"device\":\"cpu\",\"engine\":\"PyTorch 2.7.1\",\"processor\":\"Xeon\",\"threads\":\"1\"}");
    assertThat(Json.readerFor(NumericProfile.class).<NumericProfile>readValue(text))
        .isEqualTo(LAPTOP);
  }

  @Test
  void noFactsAreNoKnowledge() {
    assertThat(NumericProfile.UNKNOWN.isKnown()).isFalse();
    assertThat(LAPTOP.isKnown()).isTrue();
  }

  @Test
  void aManifestCannotBlowUpAJob() {
    Map<String, String> many =
        IntStream.range(0, 101).boxed().collect(Collectors.toMap(n -> "fact" + n, n -> "x"));

    assertThatThrownBy(() -> new NumericProfile(many)).hasMessageContaining("at most 100 facts");
    assertThatThrownBy(() -> new NumericProfile(Map.of("threads", "x".repeat(1_001))))
        .hasMessageContaining("at most 1000 characters");
  }
}
