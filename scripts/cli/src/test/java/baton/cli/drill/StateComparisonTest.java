package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateComparisonTest {
  private static final Position AT = new Position(0, 5);
  private static final String STATE =
      """
      {"format": 1, "position": {"epoch": 0, "batch": 5}, "losses": {"sum": %s},
       "optimizer": {"": {"lr": 0.1}}, "state": {"": {"seen": [%d, 2]}}}
      """;

  private static final Sha256 ANY = Sha256.ofText("any");

  @TempDir Path root;

  @Test
  void theSameStateIsIdenticalWhateverTheLossesWere() throws IOException {
    save("one", 1f, 2f, STATE.formatted("1.5", 7));
    save("other", 1f, 2f, STATE.formatted("9.5", 7));

    StateComparison compared = StateComparison.of(AT, root, "one", "other");

    assertThat(compared.isIdentical()).isTrue();
    assertThat(compared.compared())
        .containsEntry(Part.WEIGHTS, 1)
        .containsEntry(Part.OPTIMIZER, 2)
        .containsEntry(Part.STATE, 2);
  }

  @Test
  void eachDifferenceIsNamedUnderItsPart() throws IOException {
    save("one", 1f, 2f, STATE.formatted("1.5", 7));
    save("other", 1f, 3f, STATE.formatted("1.5", 8));

    StateComparison compared = StateComparison.of(AT, root, "one", "other");

    assertThat(compared.differing(Part.WEIGHTS)).isEmpty();
    assertThat(compared.differing(Part.OPTIMIZER)).containsExactly("momentum");
    assertThat(compared.differing(Part.STATE)).containsExactly("state.seen.0");
  }

  @Test
  void aWeightThatDoesNotTrainMayLieInAFileOfItsOwn() throws IOException {
    save("one", 1f, 2f, STATE.formatted("1.5", 7));
    save("other", 1f, 2f, STATE.formatted("1.5", 7));
    Files.move(root.resolve("other/model.safetensors"), root.resolve("other/frozen.safetensors"));
    Path manifest = root.resolve("other").resolve(Manifest.FILE_NAME);
    Files.writeString(
        manifest, Files.readString(manifest).replace("model.safetensors", "frozen.safetensors"));

    assertThat(StateComparison.of(AT, root, "one", "other").isIdentical()).isTrue();
  }

  @Test
  void eachKeyOfTheSecondFormatBelongsToAPart() throws IOException {
    String state =
        """
        {"format": 2, "position": {"epoch": 0, "batch": 5}, "final": %1$d,
         "sums": {"loss": %1$d}, "model": {"": %1$d}, "modules": {"training": %1$d},
         "optimizer": {"lr": %1$d}, "scheduler": {"step": %1$d}, "scaler": {"scale": %1$d},
         "gradients": {"w": %1$d}, "data": {"order": %1$d}, "generators": {"own": %1$d},
         "state": {"seen": %1$d}}
        """;
    save("one", 1f, 2f, state.formatted(1));
    save("other", 1f, 2f, state.formatted(2));

    StateComparison compared = StateComparison.of(AT, root, "one", "other");

    assertThat(compared.differing())
        .isEqualTo(
            Map.of(
                Part.WEIGHTS, List.of("model", "modules.training"),
                Part.OPTIMIZER,
                    List.of("gradients.w", "optimizer.lr", "scaler.scale", "scheduler.step"),
                Part.ORDER, List.of("data.order"),
                Part.RANDOMNESS, List.of("generators.own"),
                Part.END, List.of("final"),
                Part.STATE, List.of("state.seen", "sums.loss")));
  }

  private void save(String folder, float weight, float momentum, String state) throws IOException {
    Path path = Files.createDirectory(root.resolve(folder));
    write(path.resolve("model.safetensors"), "weight", weight);
    write(path.resolve("optimizer.safetensors"), "momentum", momentum);
    Files.writeString(path.resolve("state.json"), state);
    Files.writeString(path.resolve(Manifest.FILE_NAME), ManifestJson.write(manifest(folder)));
  }

  private static Manifest manifest(String folder) {
    List<Manifest.FileEntry> files =
        Stream.of("model.safetensors", "optimizer.safetensors", "state.json")
            .map(name -> new Manifest.FileEntry(name, 1, ANY, folder + "/" + name))
            .toList();
    return new Manifest(
        Manifest.FORMAT,
        new JobId("job-1"),
        "drill",
        new StoreId("store-1"),
        new Fence(1),
        AT,
        0,
        folder,
        Optional.empty(),
        files,
        ANY,
        1,
        Map.of(),
        Optional.empty(),
        "toy",
        ANY,
        Map.of("device", "cpu"),
        List.of(),
        new SessionId("session-1"),
        Instant.EPOCH);
  }

  private static void write(Path file, String name, float value) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4).putInt(0, Float.floatToIntBits(value));
    Safetensors.write(
        file, new TreeMap<>(Map.of(name, Tensor.of("F32", List.of(), bytes))), Map.of());
  }
}
