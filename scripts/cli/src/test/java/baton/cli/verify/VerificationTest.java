package baton.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Verified;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.JobView.CertificateView;
import baton.storage.directory.DirectoryStore;
import baton.storage.drive.Bench;
import baton.storage.drive.DriveStore;
import baton.worker.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Someone reads a job's chain anew, after someone else was at the store. */
class VerificationTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  @TempDir Path root;
  @TempDir Path spool;
  private final List<String> lines = new ArrayList<>();
  private DirectoryStore store;
  private StoredJob job;

  @BeforeEach
  void aJobOfFourEpochs() throws Exception {
    store = DirectoryStore.open(root, () -> new StoreId("store-1"));
    job = new StoredJob(StoredJob.ID, store, spool);
    for (int epoch = 1; epoch <= 4; epoch++) {
      job.save("1");
    }
  }

  // What holds.

  @Test
  void aSoundJobIsVerifiedWithTheStoreAlone() throws Exception {
    VerifyReport report = verify();

    assertThat(report.defects()).isEmpty();
    assertThat(report.verdict())
        .isEqualTo(
            "VERIFIED exact: trained under one numeric profile; 4 checkpoints from e4-b0 to the"
                + " start, 4 whole, 0 pruned; head "
                + at(4).checkpoint().digest().brief());
    assertThat(lines).hasSize(5);
    assertThat(lines.get(1)).startsWith("e4-b0      4       2 of 2").endsWith(", the head");
  }

  @Test
  void anotherThreadCountMakesItEquivalentAndSaysSinceWhen() throws Exception {
    job.save("2");

    assertThat(verify().verdict())
        .startsWith(
            "VERIFIED equivalent, not identical, since e4-b0 (lease 5): another thread count: 1 ->"
                + " 2; 5 checkpoints");
  }

  @Test
  void ofPrunedCheckpointsTheManifestsChain() throws Exception {
    deleteFilesOf(1);
    deleteFilesOf(2);

    assertThat(verify().verdict()).startsWith("VERIFIED exact").contains("2 whole, 2 pruned");
    assertThat(lines.get(3)).startsWith("e2-b0").endsWith("the manifest; files pruned");
  }

  @Test
  void aJobIsFoundByItsNameToo() throws Exception {
    Verification verification = new Verification(store, lines::add);

    assertThat(verification.find("job-1")).contains(StoredJob.ID);
    assertThat(verification.find("digits-job-1")).contains(StoredJob.ID);
    assertThat(verification.find("nobody")).isEmpty();
  }

  @Test
  void anUploadThatNeverEndedIsNoDefect() throws Exception {
    store.createFolder("job-1/20260102-030405Z-e5-b0-f5-s0");

    assertThat(verify().isVerified()).isTrue();
  }

  @Test
  void aJobInGoogleDriveIsVerifiedInTheSameWay(@TempDir Path remote) throws Exception {
    try (Bench bench = new Bench(remote, 1)) {
      DriveStore drive = bench.open();
      StoredJob there = new StoredJob(StoredJob.ID, drive, spool);
      there.save("1");
      there.save("1");

      Verification verification = new Verification(drive, lines::add);

      assertThat(verification.find("digits-job-1")).contains(StoredJob.ID);
      assertThat(verification.run(StoredJob.ID, Optional.empty(), Optional.empty()).verdict())
          .startsWith("VERIFIED exact")
          .contains("2 checkpoints from e2-b0", "2 whole");
    }
  }

  // What someone did to it.

  @Test
  void aBitFlippedInAWeightIsNamed() throws Exception {
    Path file = file(3, "model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertNotVerified(
        folder(3) + "/model.safetensors has other bytes than its manifest's sha256 says.");
    assertThat(lines.get(2)).startsWith("e3-b0").endsWith("DIFFERS");
  }

  @Test
  void aFileCutShortIsNamed() throws Exception {
    Files.writeString(file(4, "state.json"), "{");

    assertNotVerified(folder(4) + "/state.json has 1 bytes, where its manifest says 10.");
  }

  @Test
  void filesSwappedBetweenCheckpointsAreNamed() throws Exception {
    Path aside = root.resolve("aside");
    Files.move(file(3, "model.safetensors"), aside);
    Files.move(file(4, "model.safetensors"), file(3, "model.safetensors"));
    Files.move(aside, file(4, "model.safetensors"));

    assertThat(verify().defects())
        .containsExactly(
            folder(4) + "/model.safetensors has other bytes than its manifest's sha256 says.",
            folder(3) + "/model.safetensors has other bytes than its manifest's sha256 says.");
  }

  @Test
  void aManifestEditedByHandBreaksTheChainAndIsNamed() throws Exception {
    edit(2, "\"threads\" : \"1\"", "\"threads\" : \"2\"");

    assertNotVerified(folder(3) + "/manifest.json extends the manifest");
    assertThat(verify().verdict())
        .contains(folder(2) + "/manifest.json was changed, or one was removed.");
  }

  @Test
  void weightsReplacedTogetherWithTheirManifestStillBreakTheChain() throws Exception {
    Path file = file(3, "state.json");
    Files.writeString(file, "{\"step\":9}");
    edit(3, Sha256.ofText("{\"step\":3}").hex(), Sha256.ofText("{\"step\":9}").hex());

    assertNotVerified(folder(4) + "/manifest.json extends the manifest");
  }

  @Test
  void theHeadsOwnManifestCannotClaimAnotherState() throws Exception {
    edit(4, at(4).manifest().stateDigest().hex(), Sha256.ofText("better").hex());

    assertNotVerified(folder(4) + "/manifest.json has another state digest than its files give.");
  }

  @Test
  void whoKnowsTheHeadsDigestNoticesAnyEditOfIt() throws Exception {
    edit(4, "\"session-4\"", "\"session-9\"");

    assertThat(verify().isVerified()).as("nothing extends the head").isTrue();
    VerifyReport pinned =
        verification()
            .run(StoredJob.ID, Optional.empty(), Optional.of(at(4).checkpoint().digest()));
    assertThat(pinned.verdict())
        .startsWith("NOT VERIFIED: No manifest in the store has the head's digest");
  }

  @Test
  void aManifestRemovedFromTheMiddleIsMissed() throws Exception {
    Files.delete(root.resolve(folder(2)).resolve("manifest.json"));

    assertNotVerified(
        "%s/manifest.json extends the manifest %s, and none in the store has that digest"
            .formatted(folder(3), at(2).checkpoint().digest().brief()));
  }

  @Test
  void aManifestFromANewerBatonIsNotGuessedAt() throws Exception {
    edit(4, "\"format\" : " + Manifest.FORMAT, "\"format\" : 99");

    assertNotVerified(folder(4) + "/manifest.json cannot be used: manifest.json has format 99");
  }

  @Test
  void anotherJobsManifestIsToldFromItsOwn() throws Exception {
    StoredJob other = new StoredJob(new JobId("job-2"), store, spool);
    StoredCheckpoint foreign = other.save("1");
    Files.copy(
        root.resolve(foreign.checkpoint().folder()).resolve("manifest.json"),
        root.resolve(folder(4)).resolve("manifest.json"),
        StandardCopyOption.REPLACE_EXISTING);

    assertNotVerified(folder(4) + "/manifest.json is another job's: it names job job-2");
  }

  @Test
  void aManifestMovedToAnotherFolderSaysWhereItLay() throws Exception {
    Files.copy(
        root.resolve(folder(3)).resolve("manifest.json"),
        root.resolve(folder(4)).resolve("manifest.json"),
        StandardCopyOption.REPLACE_EXISTING);

    assertNotVerified(folder(4) + "/manifest.json says that it lies in " + folder(3));
  }

  @Test
  void aFileMissingFromTheHeadIsNamed() throws Exception {
    Files.delete(file(4, "state.json"));

    assertNotVerified(folder(4) + "/state.json is gone, and its checkpoint is kept.");
  }

  @Test
  void nothingOldOutlivesWhatIsNewer() throws Exception {
    Files.delete(file(3, "state.json"));

    assertNotVerified(folder(3) + "/state.json is gone, though an older checkpoint is kept.");
  }

  @Test
  void textThatIsNoManifestIsNamed() throws Exception {
    Files.write(root.resolve(folder(1)).resolve("manifest.json"), new byte[] {(byte) 0xff, 0});

    assertNotVerified(folder(1) + "/manifest.json cannot be used: manifest.json cannot be read");
  }

  @Test
  void aStoreThatCannotBeReadProvesNothing() throws Exception {
    Verification verification = verification();
    Files.delete(root.resolve("baton-store.json"));

    assertThatThrownBy(() -> verification.run(StoredJob.ID, Optional.empty(), Optional.empty()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot be reached");
  }

  // What the coordinator recorded.

  @Test
  void theCoordinatorsHistoryIsHeldAgainstTheStore() throws Exception {
    assertThat(verify(history("EXACT", "KEPT", "KEPT", "KEPT", "KEPT")).isVerified()).isTrue();

    deleteFilesOf(1);
    assertThat(verify(history("EXACT", "PRUNED", "KEPT", "KEPT", "KEPT")).isVerified()).isTrue();
    assertThat(verify(history("EXACT", "KEPT", "KEPT", "KEPT", "KEPT")).defects())
        .contains(folder(1) + "/model.safetensors is gone, and its checkpoint is kept.");
  }

  @Test
  void theCoordinatorNamesExactlyTheManifestThatWasChanged() throws Exception {
    edit(4, "\"session-4\"", "\"session-9\"");
    edit(2, "\"session-2\"", "\"session-9\"");

    assertThat(verify(history("EXACT", "KEPT", "KEPT", "KEPT", "KEPT")).defects())
        .contains(
            folder(2)
                + "/manifest.json is not the one that the coordinator recorded: it was changed.",
            folder(4)
                + "/manifest.json is not the one that the coordinator recorded: it was changed.");
  }

  @Test
  void aCheckpointNewerThanTheCoordinatorsHeadLiesBesideTheChain() throws Exception {
    job.save(Optional.of(at(4)), 5, "2");

    VerifyReport report = verify(history("EXACT", "KEPT", "KEPT", "KEPT", "KEPT"));

    assertThat(report.verdict()).startsWith("VERIFIED exact").contains("4 checkpoints");
    assertThat(report.chain().beside()).hasSize(1);
  }

  @Test
  void aVerdictThatTheManifestsDoNotBearOutIsRefused() throws Exception {
    assertThat(verify(history("EQUIVALENT", "KEPT", "KEPT", "KEPT", "KEPT")).verdict())
        .isEqualTo(
            "NOT VERIFIED: The coordinator calls the result EQUIVALENT, the manifests in the store"
                + " make it EXACT.");
  }

  private Verification verification() {
    return new Verification(store, lines::add);
  }

  private VerifyReport verify() throws Exception {
    lines.clear();
    return verification().run(StoredJob.ID, Optional.empty(), Optional.empty());
  }

  private VerifyReport verify(CheckpointHistory history) throws Exception {
    return verification().run(StoredJob.ID, Optional.of(history), Optional.empty());
  }

  private void assertNotVerified(String because) throws Exception {
    VerifyReport report = verify();
    assertThat(report.isVerified()).isFalse();
    assertThat(report.verdict()).startsWith("NOT VERIFIED: " + because);
  }

  private StoredCheckpoint at(int epoch) {
    return job.saved().get(epoch - 1);
  }

  private String folder(int epoch) {
    return at(epoch).checkpoint().folder();
  }

  private Path file(int epoch, String name) {
    return root.resolve(folder(epoch)).resolve(name);
  }

  private void edit(int epoch, String what, String into) throws IOException {
    Path manifest = file(epoch, "manifest.json");
    String text = Files.readString(manifest);
    assertThat(text).contains(what);
    Files.writeString(manifest, text.replace(what, into));
  }

  private void deleteFilesOf(int epoch) throws IOException {
    Files.delete(file(epoch, "model.safetensors"));
    Files.delete(file(epoch, "state.json"));
  }

  private CheckpointHistory history(String verdict, String... states) {
    List<CheckpointView> rows = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      rows.add(
          new CheckpointView(
              job.saved().get(i).checkpoint(), states[i], Verified.COORDINATOR, NOON, null));
    }
    JobSpec spec = JobSpec.of("digits", "digits", 24).withSeed(7);
    JobView view =
        new JobView(
            StoredJob.ID,
            "PAUSED",
            null,
            JobSubmission.from(spec),
            null,
            store.id(),
            new Fence(4),
            at(4).checkpoint(),
            new CertificateView(verdict, verdict, null, null, List.of()),
            null,
            null,
            List.of(),
            NOON,
            null,
            null);
    return new CheckpointHistory(view, rows);
  }
}
