package baton.coordinator.lease;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.StoredFolder.StoredFile;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.checkpoint.CheckpointFolder;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrphansTest {
  private static final Instant NOW = Instant.parse("2026-01-03T12:00:00Z");
  private static final Instant DAY_OLD = Instant.parse("2026-01-02T12:00:00Z");
  private static final Instant OLDER = DAY_OLD.minusNanos(1);
  private static final Fence CURRENT = new Fence(5);

  @Test
  void anAbandonedFolderGivesAllItsFilesButTheManifest() {
    StoredFolder folder = folder(4, OLDER, "manifest.json", "model.safetensors", ".x.part");
    assertThat(orphans(Set.of(), Set.of()).among(List.of(folder)))
        .containsExactly(
            folder.name().path() + "/model.safetensors", folder.name().path() + "/.x.part");
  }

  @Test
  void aFenceThatIsCurrentOrLaterIsNoOrphans() {
    assertThat(
            orphans(Set.of(), Set.of())
                .among(List.of(folder(5, OLDER, "f"), folder(6, OLDER, "f"))))
        .isEmpty();
  }

  @Test
  void whatIsExactlyADayOldStays() {
    assertThat(orphans(Set.of(), Set.of()).among(List.of(folder(4, DAY_OLD, "f")))).isEmpty();
  }

  @Test
  void whatWasCommittedStays() {
    StoredFolder folder = folder(4, OLDER, "f");
    assertThat(orphans(Set.of(), Set.of(folder.name().path())).among(List.of(folder))).isEmpty();
  }

  @Test
  void whatACommittedManifestNamesStays() {
    StoredFolder folder = folder(4, OLDER, "f", "g");
    String named = folder.name().path() + "/f";
    assertThat(orphans(Set.of(named), Set.of()).among(List.of(folder)))
        .containsExactly(folder.name().path() + "/g");
  }

  private static Orphans orphans(Set<String> named, Set<String> committed) {
    return new Orphans(CURRENT, named, committed, NOW);
  }

  private static StoredFolder folder(long fence, Instant changed, String... files) {
    CheckpointFolder name =
        new CheckpointFolder(new JobId("job-1"), OLDER, Position.ofEpochs(1), new Fence(fence), 0);
    return new StoredFolder(
        name,
        changed,
        Stream.of(files).map(f -> new StoredFile(f, name.path() + "/" + f)).toList());
  }
}
