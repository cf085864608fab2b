package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFolderTest {
  private static final CheckpointFolder FOLDER =
      new CheckpointFolder(
          new JobId("job-1"),
          Instant.parse("2026-01-02T03:04:05Z"),
          new Position(6, 70),
          new Fence(1_048_577),
          8);

  @Test
  void itsPathNamesAllThatMakesItUnique() {
    assertThat(FOLDER.path()).isEqualTo("job-1/20260102-030405Z-e6-b70-f1048577-s8");
  }

  @Test
  void aPathIsReadAsItWasWritten() {
    assertThat(CheckpointFolder.parse(FOLDER.path())).contains(FOLDER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "job-1",
        "job-1/photos",
        "../20260102-030405Z-e6-b70-f1-s8",
        "a/b/20260102-030405Z-e6-b70-f1-s8",
        "job-1/20261302-030405Z-e6-b70-f1-s8",
        "job-1/20260102-030405Z-e6-b70-f99999999999999999999-s8",
        "job-1/20260102-030405Z-e6-b70-f1-s8/x"
      })
  void whatBatonDoesNotNameSoIsNoCheckpointsFolder(String path) {
    assertThat(CheckpointFolder.parse(path)).isEmpty();
  }
}
