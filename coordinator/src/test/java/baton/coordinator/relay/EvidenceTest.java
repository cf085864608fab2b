package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R3 and R5: what the coordinator looks at itself before the head moves, forth or back. */
class EvidenceTest {
  private static final Position ONE = Position.ofEpochs(1);

  private final RelayFixture fixture = new RelayFixture();
  private final Job mnist = fixture.submit("mnist");
  private final Grant annas = fixture.leased("anna");

  @Test
  void theCoordinatorChecksWhatItCanReach() {
    assertThat(verified(fixture.commits("anna", annas, 1))).isEqualTo(Verified.COORDINATOR);
    assertThat(fixture.files.checked).containsExactly(ONE);
    assertThat(job().position()).isEqualTo(ONE);
  }

  @Test
  void whereItCannotReachTheStoreTheWorkersWordStands() {
    fixture.files.reachable = false;

    assertThat(verified(fixture.commits("anna", annas, 1))).isEqualTo(Verified.WORKER);
    assertThat(fixture.files.checked).isEmpty();
  }

  @Test
  void rightAfterTheStartNoWordIsTakenOfAStoreThatIsStillLookedFor() {
    fixture.files.reachable = false;
    fixture.files.awaited = Optional.of("The store at s3://runs/ is being looked for.");
    assertThatThrownBy(() -> fixture.commits("anna", annas, 1))
        .isInstanceOf(CommitUnchecked.class)
        .hasMessageContaining("is being looked for");
    assertThat(job().head()).isEmpty();

    fixture.files.reachable = true;
    assertThat(verified(fixture.commits("anna", annas, 1))).isEqualTo(Verified.COORDINATOR);
  }

  @Test
  void aMissingFileIsNamedAndTheHeadStays() {
    fixture.files.verdict = new Verdict.Missing("model.safetensors");

    assertThatThrownBy(() -> fixture.commits("anna", annas, 1))
        .isInstanceOfSatisfying(
            BadCommit.class, bad -> assertThat(bad.kind()).isEqualTo(BadCommit.Kind.FILE_MISSING))
        .hasMessage(
            "The file model.safetensors of job-1/20260301-120000Z-e1-b0-f1-s0 is not in the store."
                + " Upload it, then commit again.");
    assertThat(job().head()).isEmpty();
  }

  @Test
  void aDifferentFileIsNamedAndTheHeadStays() {
    fixture.files.verdict = new Verdict.Different("optimizer.safetensors");

    assertThatThrownBy(() -> fixture.commits("anna", annas, 1))
        .isInstanceOfSatisfying(
            BadCommit.class, bad -> assertThat(bad.kind()).isEqualTo(BadCommit.Kind.FILE_DIFFERENT))
        .hasMessageContaining("optimizer.safetensors");
    assertThat(job().head()).isEmpty();
  }

  @Test
  void aStoreOutOfReachForNowNeitherMovesTheHeadNorRefusesTheCommit() {
    fixture.files.verdict = new Verdict.Unreachable("the disk does not answer.");
    assertThatThrownBy(() -> fixture.commits("anna", annas, 1))
        .isInstanceOf(CommitUnchecked.class)
        .hasMessageContaining("the disk does not answer. Send the commit again.");

    fixture.files.verdict = new Verdict.Sound();
    assertThat(verified(fixture.commits("anna", annas, 1))).isEqualTo(Verified.COORDINATOR);
  }

  @Test
  void aRepeatIsAnsweredWithoutAnotherCheck() {
    Committing committing = fixture.committing(annas, ONE);
    Outcome first = fixture.commits("anna", annas, committing);
    fixture.files.verdict = new Verdict.Missing("model.safetensors");

    assertThat(fixture.commits("anna", annas, committing)).isEqualTo(first);
    fixture.releases("anna", annas);
    assertThat(fixture.commits("anna", annas, committing)).isEqualTo(first);
    assertThat(fixture.files.checked).hasSize(1);
  }

  @Test
  void whatIsRefusedAnywayIsNotChecked() {
    Committing committing = fixture.committing(annas, ONE);
    assertThat(((Outcome.Refused) fixture.commits("mallory", annas, committing)).why())
        .isEqualTo(Refusal.FOREIGN_SECRET);
    fixture.releases("anna", annas);
    assertThat(((Outcome.Refused) fixture.commits("anna", annas, committing)).why())
        .isEqualTo(Refusal.STALE_FENCE);

    assertThat(fixture.files.checked).isEmpty();
  }

  @ParameterizedTest(name = "another {0}")
  @CsvSource({
    "job,      job-1,    job-2",
    "store,    store-1,  store-2",
    "program,  digits,   gpt"
  })
  void aManifestThatNamesSomethingElseIsRefused(String field, String ours, String theirs) {
    refusedAsMismatch(
        "\"%s\" : \"%s\"".formatted(field, ours), "\"%s\" : \"%s\"".formatted(field, theirs));
  }

  @Test
  void aManifestOfAnotherSeedIsRefused() {
    refusedAsMismatch("\"seed\" : 7", "\"seed\" : 8");
  }

  @Test
  void aManifestOfAnotherSessionThanTheHoldersIsRefused() {
    refusedAsMismatch("\"session\" : \"session-anna\"", "\"session\" : \"session-ben\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-f2-s0", "-f1-s0/more", "-f1"})
  void aManifestOfAnotherFolderThanOneOfTheLeaseIsRefused(String end) {
    refusedAsMismatch("-f1-s0\"", end + "\"");
  }

  @Test
  void aManifestThatNamesNoFilesIsRefused() {
    String manifest = fixture.manifest(annas, Optional.empty(), ONE);
    String none = manifest.replaceFirst("(?s)\"files\" : \\[.*?\\]", "\"files\" : [ ]");
    assertThat(none).isNotEqualTo(manifest);

    refused(
        BadCommit.Kind.MANIFEST_MISMATCH,
        new Committing(Optional.empty(), ONE, none, Optional.empty()));
  }

  @Test
  void aManifestOfOtherDataIsRefused() {
    refusedAsMismatch(
        "\"seed\" : 7", "\"dataDigest\" : \"%s\",\n  \"seed\" : 7".formatted("a".repeat(64)));
  }

  @Test
  void aManifestOfAnotherPositionOrParentThanTheCommitIsRefused() {
    String manifest = fixture.manifest(annas, Optional.empty(), ONE);
    Optional<Sha256> parent = Optional.of(Sha256.ofText("another"));

    refused(
        BadCommit.Kind.MANIFEST_MISMATCH,
        new Committing(Optional.empty(), Position.ofEpochs(2), manifest, Optional.empty()));
    refused(
        BadCommit.Kind.MANIFEST_MISMATCH, new Committing(parent, ONE, manifest, Optional.empty()));
  }

  @Test
  void aManifestThatCannotBeReadIsRefused() {
    for (String text : new String[] {"", "{", "{}", "[1]", "{\"format\" : 99}"}) {
      refused(
          BadCommit.Kind.MANIFEST_UNREADABLE,
          new Committing(Optional.empty(), ONE, text, Optional.empty()));
    }
  }

  @Test
  void aManifestOfAnotherLeaseIsRefusedByTheCore() {
    String manifest =
        fixture.manifest(annas, Optional.empty(), ONE).replace("\"fence\" : 1", "\"fence\" : 2");
    Committing committing = new Committing(Optional.empty(), ONE, manifest, Optional.empty());

    assertThat(((Outcome.Refused) fixture.commits("anna", annas, committing)).why())
        .isEqualTo(Refusal.FOREIGN_MANIFEST);
  }

  @Test
  void theDigestOfTheHeadIsThatOfTheTextAsItWasSent() {
    Committing committing = fixture.committing(annas, ONE);
    String sent = committing.manifest().replace("  ", "\t");
    fixture.commits(
        "anna", annas, new Committing(committing.parent(), ONE, sent, Optional.empty()));

    assertThat(job().head().orElseThrow().digest()).isEqualTo(Sha256.ofText(sent));
  }

  @Test
  void aHeadTheCoordinatorFindsDifferentIsRolledBack() {
    commitTwo();
    fixture.files.verdict = new Verdict.Different("model.safetensors");
    fixture.givesUp("anna", annas, corruptHead());

    assertThat(job().position()).isEqualTo(ONE);
    assertThat(job().state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void aHeadTheCoordinatorFindsSoundStaysAndTheMachineIsBarred() {
    commitTwo();
    fixture.givesUp("anna", annas, corruptHead());

    assertThat(job().position()).isEqualTo(Position.ofEpochs(2));
    assertThat(job().budget().bars()).containsOnlyKeys("cpu");
  }

  @Test
  void aStoreOutOfReachProvesNothing() {
    commitTwo();
    fixture.files.verdict = new Verdict.Unreachable("the disk does not answer.");
    fixture.givesUp("anna", annas, corruptHead());

    assertThat(job().position()).isEqualTo(Position.ofEpochs(2));
    assertThat(job().budget().accusation()).isPresent();
  }

  @Test
  void aHeadTheCoordinatorCannotReadIsRolledBackOnceASecondSessionAgrees() {
    commitTwo();
    fixture.files.reachable = false;
    fixture.givesUp("anna", annas, corruptHead());
    Grant bens = fixture.leased("ben");
    fixture.givesUp("ben", bens, corruptHead());

    assertThat(job().position()).isEqualTo(ONE);
  }

  private void commitTwo() {
    fixture.commits("anna", annas, 1);
    fixture.commits("anna", annas, 2);
  }

  private void refusedAsMismatch(String ours, String theirs) {
    String manifest = fixture.manifest(annas, Optional.empty(), ONE);
    assertThat(manifest).contains(ours);
    refused(
        BadCommit.Kind.MANIFEST_MISMATCH,
        new Committing(Optional.empty(), ONE, manifest.replace(ours, theirs), Optional.empty()));
  }

  private void refused(BadCommit.Kind kind, Committing committing) {
    assertThatThrownBy(() -> fixture.commits("anna", annas, committing))
        .isInstanceOfSatisfying(BadCommit.class, bad -> assertThat(bad.kind()).isEqualTo(kind));
    assertThat(job().head()).isEmpty();
    assertThat(fixture.files.checked).isEmpty();
  }

  private Trouble corruptHead() {
    return Trouble.corrupt(
        job().head().orElseThrow().digest(), "model.safetensors differs in two downloads");
  }

  private Job job() {
    return fixture.job(mnist.id());
  }

  private static Verified verified(Outcome outcome) {
    return ((Outcome.Committed) outcome).verified();
  }
}
