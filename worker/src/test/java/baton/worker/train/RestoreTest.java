package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {
  private static final JobSpec JOB = Track.job(1, 2, Map.of());
  private static final Position SAVED = new Position(0, 2);
  private static final Program PROGRAM = Track.program(TinyImages::new);

  @TempDir Path folder;
  private Path files;

  @BeforeEach
  void setUp() throws Exception {
    try (Run run = Track.fresh(PROGRAM, JOB)) {
      Track.trainOnly(run, SAVED);
      files = new Track(folder).save(run);
    }
  }

  @Test
  void aCheckpointHasTheFourFilesOfTheDesign() throws Exception {
    try (var list = Files.list(files)) {
      assertThat(list.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "model.safetensors", "optimizer.safetensors", "extra.safetensors", "state.json");
    }
    assertThat(Safetensors.open(files.resolve("model.safetensors")))
        .containsKeys("01Conv2d_weight", "02BatchNorm_runningMean", "02BatchNorm_runningVar");
    assertThat(Safetensors.open(files.resolve("optimizer.safetensors")))
        .containsKeys("01Conv2d_weight.mean", "01Conv2d_weight.variance")
        .doesNotContainKey("02BatchNorm_runningMean.mean");
    assertThat(files.resolve("state.json"))
        .content()
        .contains("\"position\":{\"epoch\":0,\"batch\":2}", "\"updates\":2");
  }

  @Test
  void aMissingTensorIsNamed() throws Exception {
    change("model.safetensors", tensors -> tensors.remove("06Linear_bias"));

    Trouble trouble = troubleAt(SAVED);

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message())
        .isEqualTo("The tensor 06Linear_bias (F32[3]) is missing from model.safetensors.");
  }

  @Test
  void aTensorOfAnotherShapeIsNamedWithBothShapes() throws Exception {
    Tensor wide = Tensor.of("F32", List.of(4L), ByteBuffer.allocate(16));
    change("model.safetensors", tensors -> tensors.put("06Linear_bias", wide));

    assertThat(troubleAt(SAVED).message())
        .isEqualTo(
            "The tensor 06Linear_bias in model.safetensors is F32[4] where the model has F32[3].");
  }

  @Test
  void aSlotOfAnotherDtypeIsNamed() throws Exception {
    Tensor wide = Tensor.of("F64", List.of(3L), ByteBuffer.allocate(24));
    change("optimizer.safetensors", tensors -> tensors.put("06Linear_bias.mean", wide));

    assertThat(troubleAt(SAVED).message()).contains("06Linear_bias.mean", "F64[3]", "F32[3]");
  }

  @Test
  void aTensorTooManyIsNamed() throws Exception {
    Tensor stray = Tensor.of("U8", List.of(1L), ByteBuffer.allocate(1));
    change("model.safetensors", tensors -> tensors.put("stray", stray));

    assertThat(troubleAt(SAVED).message())
        .isEqualTo("The model has no place for the tensor stray in model.safetensors.");
  }

  @Test
  void aCheckpointOfAnotherOptimizerDoesNotFit() {
    JobSpec other = Track.job(1, 2, Map.of("optimizer", "sgd"));

    assertThat(troubleOf(other, SAVED).message()).contains(".momentum", "optimizer.safetensors");
  }

  @Test
  void aMissingFileIsNamedWithoutItsFolder() throws Exception {
    Files.delete(files.resolve("optimizer.safetensors"));

    Trouble trouble = troubleAt(SAVED);

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message()).isEqualTo("The checkpoint has no optimizer.safetensors.");
  }

  @Test
  void aStateOfAnotherPositionIsRefused() {
    assertThat(troubleAt(new Position(1, 2)).message())
        .isEqualTo("The checkpoint's state is at e0-b2, not at e1-b2.");
  }

  @Test
  void aStateOfAnotherVersionOfTheProgramIsRefused() throws Exception {
    Tampered.rewriteState(files, "\"programVersion\":1", "\"programVersion\":2");

    assertThat(troubleAt(SAVED).message())
        .isEqualTo(
            "The checkpoint is of the program tiny, version 2, and this worker has tiny, version"
                + " 1.");
  }

  @Test
  void aStateThatIsNoJsonIsTheProgramsFault() throws Exception {
    Files.writeString(files.resolve("state.json"), "{");

    assertThat(troubleAt(SAVED).kind()).isEqualTo(Trouble.Kind.PROGRAM);
  }

  private void change(String name, Consumer<SortedMap<String, Tensor>> change) throws Exception {
    Tampered.change(files.resolve(name), change);
  }

  private Trouble troubleAt(Position position) {
    return troubleOf(JOB, position);
  }

  private Trouble troubleOf(JobSpec job, Position position) {
    return catchThrowableOfType(
            TroubleException.class, () -> Track.restored(PROGRAM, job, position, files))
        .trouble();
  }
}
