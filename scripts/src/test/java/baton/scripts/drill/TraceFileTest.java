package baton.scripts.drill;

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
            {"begin": "e0-b2", "forgotten": [{"kind": "optimizer", "name": "AdamW"}]}
            {"at": "e0-b2", "batch": "af", "generators": {"torch": "01"}, "loss": "0.5"}
            {"at": "e0-b3", "generators": {}, "loss": null}
            {"at": "e0-b4", "gener""");

    Leg leg = TraceFile.read(file).orElseThrow();

    assertThat(leg.forgotten()).containsExactly(new Leg.Forgotten("optimizer", "AdamW"));
    assertThat(leg.steps())
        .containsExactly(
            new Leg.Step(
                new Position(0, 2), Optional.of("af"), Map.of("torch", "01"), Optional.of("0.5")),
            new Leg.Step(new Position(0, 3), Optional.empty(), Map.of(), Optional.empty()));
  }

  @Test
  void aProgramThatWritesNoTraceHasNone() throws IOException {
    assertThat(TraceFile.read(folder.resolve("none"))).isEmpty();
  }
}
