package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.NumericProfile;
import baton.protocol.Position;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildHandOverTest {
  private static final String SCRIPT = "0123456789abcdef".repeat(4);

  @Test
  void theSameProgramOnAnotherMachineWithAnotherTorchIsNoChange() {
    ChildHandOver handOver =
        handOver(
            Map.of("script", SCRIPT, "arguments", "--lr 1", "torch", "2.0", "processor", "Xeon"),
            Map.of("script", SCRIPT, "arguments", "--lr 1", "torch", "2.15", "processor", "EPYC"));
    assertThat(handOver.hasChanged()).isFalse();
  }

  @Test
  void whatAnOlderVersionDidNotRecordIsNoChange() {
    ChildHandOver handOver =
        handOver(
            Map.of("script", SCRIPT),
            Map.of("script", SCRIPT, "arguments", "--lr 1", "files", "{}", "hash_seed", "7"));
    assertThat(handOver.hasChanged()).isFalse();
    assertThat(handOver(Map.of(), Map.of("script", SCRIPT)).hasChanged()).isFalse();
  }

  @Test
  void otherArgumentsAreRefusedAndBothAreNamed() {
    ChildHandOver handOver =
        handOver(
            Map.of("script", SCRIPT, "arguments", "--lr 0.01"),
            Map.of("script", SCRIPT, "arguments", ""));
    assertThat(handOver.refusal().message())
        .isEqualTo(
            "This toy is not what made the checkpoint at e1-b2:"
                + " other arguments: --lr 0.01 -> none.");
  }

  @Test
  void ofManyArgumentsThoseAreShownThatDiffer() {
    String many = "--data /corpus ".repeat(20);
    ChildHandOver handOver =
        handOver(
            Map.of("arguments", many + "--warmup 5 --lr 0.01 --seed 1"),
            Map.of("arguments", many + "--warmup 5 --lr 0.1 --seed 1"));
    assertThat(handOver.refusal().message())
        .endsWith("other arguments: … --lr 0.01 --seed 1 -> … --lr 0.1 --seed 1.");
  }

  @Test
  void anotherFileIsNamedBesideAnotherScript() {
    String other = "f".repeat(64);
    ChildHandOver handOver =
        handOver(
            Map.of("script", SCRIPT, "files", "{\"a.yaml\":\"12\",\"b.json\":\"34\"}"),
            Map.of("script", other, "files", "{\"a.yaml\":\"99\",\"b.json\":\"34\"}"));
    assertThat(handOver.refusal().message())
        .contains("another version of the script: 0123456789ab -> ffffffffffff")
        .contains("another file: a.yaml");
    assertThat(handOver.acceptance())
        .startsWith("goes on from e1-b2, as a person accepts, with another version of the script");
  }

  private static ChildHandOver handOver(Map<String, String> madeBy, Map<String, String> present) {
    return new ChildHandOver(
        Scripts.spec(Map.of()),
        new Position(1, 2),
        new NumericProfile(madeBy),
        new NumericProfile(present));
  }
}
