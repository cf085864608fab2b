package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
  @TempDir Path folder;

  @Test
  void aTraceIsReadUpToTheLineThatAKillCutShort() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("trace"),
            """
            {"begin": "e0-b2", "forgotten": [{"kind": "optimizer", "name": "AdamW", "path": "o"}]}
            {"at": "e0-b2", "batch": "af", "generators": {"torch": "01"}, "loss": "0.5"}
            {"at": "e0-b3", "generators": {}, "loss": null}
            {"at": "e0-b4", "gener""");

    Leg leg = TraceFile.read(file).orElseThrow();

    assertThat(leg.forgotten()).containsExactly(new Leg.Forgotten("optimizer", "AdamW", "o"));
    assertThat(leg.steps())
        .containsExactly(
            new Leg.Step(
                new Position(0, 2),
                Optional.of("af"),
                Optional.of("0.5"),
                new Leg.Before(Map.of("torch", "01"), Map.of(), Map.of(), Map.of())),
            new Leg.Step(
                new Position(0, 3), Optional.empty(), Optional.empty(), Leg.Before.UNKNOWN));
  }

  @Test
  void aLineTellsOfOwnValuesOnlyWhatHasChanged() throws IOException {
    Leg leg =
        read(
            """
            {"at": "e0-b0", "generators": {}, "values": {"best": "0", "i": "1"}}
            {"at": "e0-b1", "generators": {}, "values": {"i": null}, "strangers": {"mine": "5"}}
            {"at": "e0-b2", "generators": {}}
            """);

    assertThat(leg.steps().get(0).before().values()).isEqualTo(Map.of("best", "0", "i", "1"));
    assertThat(leg.steps().get(2).before())
        .isEqualTo(new Leg.Before(Map.of(), Map.of(), Map.of("mine", "5"), Map.of("best", "0")));
  }

  @Test
  void metricsAndTheEndAreRead() throws IOException {
    Leg leg =
        read(
            """
            {"begin": "e0-b0", "forgotten": [], "after": "train.py line 9"}
            {"metrics": {"accuracy": 0.5, "auc": null}, "of": "e1-b0"}
            {"ended": "e1-b0", "reason": "enough"}
            """);

    assertThat(leg.measured())
        .containsExactly(
            new Leg.Measured(new Position(1, 0), Map.of("accuracy", "0.5", "auc", "null")));
    assertThat(leg.end()).contains(new Leg.End(new Position(1, 0), "enough"));
    assertThat(leg.afterLoop()).contains("train.py line 9");
  }

  private Leg read(String text) throws IOException {
    return TraceFile.read(Files.writeString(folder.resolve("trace"), text)).orElseThrow();
  }

  @Test
  void aProgramThatWritesNoTraceHasNone() throws IOException {
    assertThat(TraceFile.read(folder.resolve("none"))).isEmpty();
  }
}
