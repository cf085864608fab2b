package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import org.junit.jupiter.api.Test;

/** The question for room, before the first byte of a checkpoint is sent. */
class RoomTest extends DriveStory {

  @Test
  void aCheckpointThatFindsNoRoomIsRefusedWithTheFigures() throws Exception {
    bench.drive().quota().limit(15_000_000_000L);
    store.requireRoom(15_000_000_000L - SIZE);
    assertThat(assertFails(Kind.FULL, () -> store.requireRoom(15_200_000_000L)))
        .hasMessageContaining("15.0 GB left and this checkpoint needs 15.2 GB")
        .hasMessageContaining("make room there");
  }

  @Test
  void aDriveWithoutALimitHoldsAnything() {
    assertThatCode(() -> store.requireRoom(Long.MAX_VALUE)).doesNotThrowAnyException();
  }

  @Test
  void whereTheSpaceIsUnknownTheUploadWillTell() {
    faults().always(Operation.ABOUT, new Action.Refuse(403, "insufficientPermissions"));
    bench.drive().quota().limit(1);
    assertThatCode(() -> store.requireRoom(2)).doesNotThrowAnyException();
  }
}
