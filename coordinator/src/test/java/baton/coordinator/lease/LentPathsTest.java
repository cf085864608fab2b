package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.CheckpointFolder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lease may do in its job's bucket: read the job, and write what is its own (R3, R6). */
class LentPathsTest {
  private static final Sha256 BYTES = Sha256.ofText("bytes");

  private final Job job = leasedTo("anna", waiting());
  private final Fence fence = job.fence();
  private final String own = folder(fence);

  private String folder(Fence of) {
    return new CheckpointFolder(job.id(), Samples.NOON, new Position(1, 0), of, 1).path();
  }

  private Optional<Refusal> refusal(UrlAsk... asks) {
    return refusal(job, fence, secretOf(job), asks);
  }

  private static Optional<Refusal> refusal(Job job, Fence fence, Sha256 secret, UrlAsk... asks) {
    return LentPaths.refuse(job, fence, secret, List.of(asks))
        .map(refused -> ((Outcome.Refused) refused).why());
  }

  private static UrlAsk put(String path) {
    return UrlAsk.put(path, 1, BYTES);
  }

  @Test
  void itReadsItsJobAndTheMarkerAndWritesItsOwnFoldersAndTheJobFile() {
    assertThat(
            refusal(
                UrlAsk.get("baton-store.json"),
                UrlAsk.head("baton-store.json"),
                UrlAsk.get(job.id() + "/an-older-folder/model.safetensors"),
                UrlAsk.head(own + "/model.safetensors"),
                put(own + "/"),
                put(own + "/model.safetensors"),
                put(own + "/manifest.json"),
                put(job.id() + "/job.json")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "another-job/f",
        "another-job/",
        "f",
        "../%s/f",
        "%s/../another-job/f",
        "%s/./f",
        "%s//f",
        "/%s/f",
        "%s-and-more/f",
        "%s/a\\b",
        "%s/a\nb",
        "%s/.hidden"
      })
  void whatIsNotBelowItsJobIsNotItsBusiness(String path) {
    String filled = path.formatted(job.id());
    assertThat(refusal(UrlAsk.get(filled))).contains(Refusal.NOT_YOURS);
    assertThat(refusal(UrlAsk.head(filled))).contains(Refusal.NOT_YOURS);
    assertThat(refusal(put(filled))).contains(Refusal.NOT_YOURS);
  }

  @Test
  void itWritesIntoNoOtherLeasesFolderAndNoMarker() {
    assertThat(refusal(put(folder(fence.next()) + "/model.safetensors")))
        .contains(Refusal.NOT_YOURS);
    assertThat(refusal(put("baton-store.json"))).contains(Refusal.NOT_YOURS);
    assertThat(refusal(put(job.id() + "/another.json"))).contains(Refusal.NOT_YOURS);
    assertThat(refusal(put(own + "/deeper/f"))).contains(Refusal.NOT_YOURS);
    assertThat(refusal(UrlAsk.get("baton-store.json"), put("f")))
        .as("one that may not be had spoils them all")
        .contains(Refusal.NOT_YOURS);
  }

  @Test
  void aLeaseThatHasEndedOrOfAnotherSecretIsLentNothing() {
    UrlAsk marker = UrlAsk.get("baton-store.json");
    assertThat(refusal(released(job), fence, secretOf(job), marker)).contains(Refusal.STALE_FENCE);
    assertThat(refusal(job, fence, Sha256.ofText("guessed"), marker))
        .contains(Refusal.FOREIGN_SECRET);
    assertThat(refusal(job, fence.next(), secretOf(job), marker)).contains(Refusal.UNKNOWN_FENCE);
  }
}
