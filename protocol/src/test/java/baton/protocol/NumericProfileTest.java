package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.NumericProfile.Difference;
import java.util.HashMap;
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
  void anotherScriptOrOtherArgumentsAreToldBeforeAnotherMachine() {
    NumericProfile before = with("script", "aa", "arguments", "--lr 0.01", "hash_seed", "7");
    NumericProfile after =
        with("device", "gpu", "script", "bb", "arguments", "--lr 0.1", "hash_seed", "random");

    assertThat(before.differences(after))
        .extracting(Difference::toString)
        .containsExactly(
            "another version of the script: aa -> bb",
            "other arguments: --lr 0.01 -> --lr 0.1",
            "another device: cpu -> gpu",
            "another seed of Python's hashes: 7 -> random");
    assertThat(before.programDifferences(after))
        .extracting(Difference::fact)
        .containsExactly("script", "arguments");
  }

  @Test
  void theFileThatDiffersIsNamed() {
    String files = "{\"config.yaml\":\"aa\",\"vocab.txt\":\"bb\",\"old.csv\":\"cc\"}";

    assertThat(told(files, "{\"config.yaml\":\"ff\",\"vocab.txt\":\"bb\",\"old.csv\":\"cc\"}"))
        .isEqualTo("another file: config.yaml");
    assertThat(told(files, "{\"config.yaml\":\"ff\",\"vocab.txt\":\"f\",\"new.csv\":\"dd\"}"))
        .isEqualTo(
            "other files: config.yaml, vocab.txt; read only now: new.csv; no longer read: old.csv");
    assertThat(
            told("{\"x\":\"1\"}", "{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\",\"e\":\"1\"}"))
        .isEqualTo("read only now: a, b, c and 2 more; no longer read: x");
    assertThat(told("sha256:aa", files))
        .isEqualTo("other files were read before the first batch, too many to name");
  }

  @Test
  void aFileThatOnlyOneOfTwoStartsHasReadIsNoDifference() {
    String one = "{\"config.yaml\":\"aa\"}";
    String more = "{\"best.json\":\"bb\",\"config.yaml\":\"aa\"}";

    assertThat(with("files", one).differences(with("files", more))).isEmpty();
    assertThat(with("files", more).differences(with("files", one))).isEmpty();
    assertThat(with("files", "{}").differences(with("files", "sha256:aa"))).isEmpty();
    assertThat(told(more, "{\"best.json\":\"cc\"}"))
        .isEqualTo("another file: best.json; no longer read: config.yaml");
  }

  private static String told(String before, String after) {
    return with("files", before).differences(with("files", after)).get(0).toString();
  }

  @Test
  void longArgumentsAreToldFromTheWordBeforeTheyPart() {
    String many = "--data " + "x".repeat(300) + " --seed 7 --lr ";

    assertThat(
            with("arguments", many + "0.01 " + "y".repeat(300))
                .differences(with("arguments", many + "0.1 " + "y".repeat(300)))
                .get(0)
                .toString())
        .startsWith("other arguments: … --lr 0.01 yyy")
        .contains(" … -> … --lr 0.1 yyy")
        .hasSizeLessThan(250);
    assertThat(with("script", "a".repeat(64)).differences(with("script", "b".repeat(64))).get(0))
        .hasToString("another version of the script: aaaaaaaaaaaa -> bbbbbbbbbbbb");
  }

  @Test
  void whatAnOlderVersionDidNotRecordIsNoDifference() {
    NumericProfile newer = with("arguments", "--lr 0.1", "files", "{}", "hash_seed", "7");

    assertThat(LAPTOP.differences(newer)).isEmpty();
    assertThat(newer.differences(LAPTOP)).isEmpty();
    assertThat(LAPTOP.programDifferences(with("script", "aa"))).isEmpty();
    assertThat(LAPTOP.completedBy(newer)).isEqualTo(newer);
    assertThat(newer.completedBy(with("arguments", "--lr 9", "gpu", "H100"))).isEqualTo(newer);
    assertThat(NumericProfile.UNKNOWN.completedBy(newer)).isEqualTo(newer);
  }

  @Test
  void aDoubtIsNoDifference() {
    NumericProfile doubtful = with("unsure", "set deterministic algorithms");

    assertThat(doubtful.unsure()).contains("set deterministic algorithms");
    assertThat(LAPTOP.unsure()).isEmpty();
    assertThat(LAPTOP.differences(doubtful)).isEmpty();
    assertThat(doubtful.differences(LAPTOP)).isEmpty();
  }

  private static NumericProfile with(String... facts) {
    Map<String, String> all = new HashMap<>(LAPTOP.facts());
    for (int i = 0; i < facts.length; i += 2) {
      all.put(facts[i], facts[i + 1]);
    }
    return new NumericProfile(all);
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
