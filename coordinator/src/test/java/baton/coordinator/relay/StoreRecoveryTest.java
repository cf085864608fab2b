package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import baton.coordinator.lease.History.CheckpointMarked.Mark;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.CheckpointRow;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.LeaseEnd;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.lease.Submit;
import baton.coordinator.relay.StoreRecovery.Finding;
import baton.coordinator.relay.StoreRecovery.Wishes;
import baton.coordinator.store.MemoryJobStore;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Verified;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Jobs taken up from what workers left in a store (R2, R3; design, section 5). */
class StoreRecoveryTest {
  private static final Data DATA =
      new Data(
          "grid",
          1,
          List.of(
              new DataFile(
                  "a.tar", 9, Sha256.ofText("a"), new DataSource.Web("https://example.com/a"))));
  private static final Instant NOW = Instant.parse("2026-01-03T00:00:00Z");
  private static final long NEXT = NOW.getEpochSecond();

  private final AStore store = new AStore();
  private final JobStore jobs = new MemoryJobStore();
  private final JobId digits = store.job("job-1", "digits");

  @Test
  void aLostCoordinatorsJobGoesOnFromTheNewestWholeCheckpoint() {
    List<Manifest> line = store.train(digits, 5);

    Job job = recovered(digits);

    assertThat(job.state()).isEqualTo(JobState.WAITING);
    assertThat(job.spec()).isEqualTo(AStore.spec("digits"));
    assertThat(job.store()).contains(AStore.ID);
    assertThat(job.head().orElseThrow().digest()).isEqualTo(AStore.digest(line.get(4)));
    assertThat(job.chain()).hasSize(2);
    assertThat(job.fence()).isEqualTo(Fence.beforeIncarnation(NEXT));
  }

  @Test
  void itsHistoryIsThatOfItsManifests() {
    store.train(digits, 5);

    recovered(digits);

    assertThat(jobs.history(digits).checkpoints())
        .extracting(row -> row.checkpoint().position().epoch(), CheckpointRow::mark)
        .containsExactly(
            tuple(1, Optional.of(Mark.PRUNED)),
            tuple(2, Optional.of(Mark.PRUNED)),
            tuple(3, Optional.of(Mark.PRUNED)),
            tuple(4, Optional.empty()),
            tuple(5, Optional.empty()));
    assertThat(jobs.history(digits).checkpoints())
        .extracting(CheckpointRow::verified)
        .endsWith(Verified.WORKER, Verified.COORDINATOR, Verified.COORDINATOR);
    assertThat(jobs.history(digits).segments())
        .extracting(row -> row.fence().value(), row -> row.to().epoch(), row -> row.why())
        .containsExactly(
            tuple(1L, 2, Optional.of(LeaseEnd.RESTORED)),
            tuple(2L, 4, Optional.of(LeaseEnd.RESTORED)),
            tuple(3L, 5, Optional.of(LeaseEnd.RESTORED)));
    assertThat(jobs.history(digits).measurements())
        .extracting(Measurement::position)
        .contains(Position.ofEpochs(1), Position.ofEpochs(5));
    assertThat(jobs.history(digits).toDelete()).hasSize(3);
  }

  @Test
  void theHighestFenceLeadsAndDatesOrderNothing() {
    store.setClock(Duration.ofDays(1));
    List<Manifest> old = store.train(digits, 4);
    store.setClock(Duration.ofDays(-1));
    Manifest behind = store.save(digits, 9, 4, Optional.of(old.get(2)));

    assertThat(recovered(digits).head().orElseThrow().digest()).isEqualTo(AStore.digest(behind));
  }

  @Test
  void aClockThatIsADayBehindGrantsNoFenceTwice() {
    store.train(digits, 1);
    long tomorrow = NOW.plus(Duration.ofDays(1)).getEpochSecond();
    store.save(digits, Fence.beforeIncarnation(tomorrow).value() + 3, 2, first(digits));

    assertThat(recovered(digits).fence()).isEqualTo(Fence.beforeIncarnation(tomorrow + 1));
  }

  @Test
  void aTornFolderCountsForTheFenceAndForNothingElse() {
    store.train(digits, 2);
    store.torn.put(digits, Fence.beforeIncarnation(NEXT + 7).value() + 1);

    Job job = recovered(digits);

    assertThat(job.position()).isEqualTo(Position.ofEpochs(2));
    assertThat(job.fence()).isEqualTo(Fence.beforeIncarnation(NEXT + 8));
  }

  @Test
  void aFolderWithAFenceThatNobodyGrantedStopsItsOwnJobAlone() {
    JobId other = store.job("job-8", "other");
    store.train(digits, 2);
    store.train(other, 3);
    store.torn.put(digits, (1L << 53) - 1);

    List<Finding> findings = adopt();

    assertThat(job(other).position()).isEqualTo(Position.ofEpochs(3));
    assertThat(job(other).fence()).isEqualTo(Fence.beforeIncarnation(NEXT));
    assertThat(findings.stream().filter(of -> of.id().equals(digits)))
        .singleElement()
        .matches(finding -> finding.job().isEmpty())
        .matches(finding -> finding.sentences().get(0).contains("has the fence 9007199254740991"));
  }

  @Test
  void whereTheDatabaseKnowsTheJobOfSuchAFolderItPauses() {
    store.train(digits, 2);
    recovered(digits);
    store.torn.put(digits, (1L << 53) - 1);

    Finding finding = adopt().get(0);

    assertThat(job(digits).state()).isEqualTo(JobState.PAUSED);
    assertThat(finding.sentences().get(0)).contains("remove that folder");
  }

  @Test
  void aHeadThatIsNotWholeIsPassedOver() {
    List<Manifest> line = store.train(digits, 4);
    store.lose(line.get(3));
    store.lose(line.get(1));

    Job job = recovered(digits);

    assertThat(job.position()).isEqualTo(Position.ofEpochs(3));
    assertThat(job.chain()).as("its parent is not whole either").hasSize(1);
  }

  @Test
  void whereNothingIsWholeTheJobIsLeftAloneAndNeverBegunAnew() {
    store.train(digits, 2).forEach(store::lose);

    Finding finding = adopt().get(0);

    assertThat(finding.job()).isEmpty();
    assertThat(finding.sentences()).singleElement().asString().contains("is whole and leads back");
    assertThat(jobs.newest(9)).isEmpty();
  }

  @Test
  void aStoreThatGoesAwayMeanwhileProvesNothingAndChangesNothing() {
    store.train(digits, 2);
    store.checkable = false;

    assertThatThrownBy(this::adopt).isInstanceOf(StoreUnreadable.class);
    assertThat(jobs.newest(9)).isEmpty();
  }

  @Test
  void anEditedManifestCutsOffWhatFollowsItAndThatIsSaid() {
    List<Manifest> line = store.train(digits, 4);
    store.edit(line.get(1), "\"wer\" : 0.5", "\"wer\" : 0.1");

    Finding finding = adopt().get(0);

    assertThat(finding.job().orElseThrow().position()).isEqualTo(Position.ofEpochs(2));
    assertThat(finding.sentences())
        .anyMatch(told -> told.contains(line.get(2).folder()) && told.contains("edited"));
  }

  @Test
  void aManifestThatWasCopiedElsewhereOrIsNoneIsNotUsed() {
    List<Manifest> line = store.train(digits, 2);
    Map<String, String> all = store.manifests.get(digits);
    all.put("job-1/20260102-120000Z-e9-b0-f9-s0", all.get(line.get(1).folder()));
    all.put("job-1/20260102-120000Z-e9-b0-f9-s1", "{\"format\" : 1, \"job\"");

    Finding finding = adopt().get(0);

    assertThat(finding.job().orElseThrow().position()).isEqualTo(Position.ofEpochs(2));
    assertThat(finding.sentences())
        .anyMatch(told -> told.contains("speaks of another job"))
        .anyMatch(told -> told.contains("cannot be read"));
  }

  @Test
  void aJobThatANewerBatonWentOnWithIsLeftAlone() {
    List<Manifest> line = store.train(digits, 2);
    store.edit(line.get(1), "\"format\" : " + Manifest.FORMAT, "\"format\" : 99");

    Finding finding = adopt().get(0);

    assertThat(finding.job()).isEmpty();
    assertThat(finding.sentences()).singleElement().asString().contains("newer Baton");
  }

  @Test
  void ofTwoJobsOfOneNameTheOneThatCameFurtherKeepsIt() {
    store.train(digits, 2);
    JobId other = store.job("job-2", "digits");
    store.train(other, 5);

    adopt();

    assertThat(job(other).spec().name()).isEqualTo("digits");
    assertThat(job(digits).spec().name()).isEqualTo("digits-job-1");
  }

  @Test
  void aJobThatIsGivenAnotherNameTrainsOnItsDataStill() {
    JobId other = store.job("job-2", "digits", Optional.of(DATA));
    store.train(other, 2);
    store.train(digits, 5);

    adopt();

    assertThat(job(other).spec().name()).isEqualTo("digits-job-2");
    assertThat(job(other).spec().data()).contains(DATA);
  }

  @Test
  void withoutItsJobFileNobodyKnowsWhereAJobsDataLies() {
    JobId grid = store.job("job-3", "grid", Optional.of(DATA));
    store.train(grid, 2);
    store.jobFiles.remove(grid);

    List<Finding> findings = adopt(new Wishes(Map.of("grid", 9), false));

    assertThat(jobs.findByName("grid")).isEmpty();
    assertThat(findings)
        .flatExtracting(Finding::sentences)
        .anyMatch(told -> told.contains("where the data lies"));
  }

  @Test
  void aJobFileThatNamesOtherDataThanWasTrainedOnIsNotBelieved() {
    JobId grid = store.job("job-3", "grid", Optional.of(DATA));
    store.train(grid, 2);
    String other = DATA.files().get(0).sha256().toString();
    store.jobFiles.computeIfPresent(
        grid, (job, text) -> text.replace(other, Sha256.ofText("other").toString()));

    adopt();

    assertThat(jobs.findByName("grid")).isEmpty();
  }

  @Test
  void anEmptyStoreHasNothingToTell() {
    store.manifests.clear();

    assertThat(adopt()).isEmpty();
  }

  @Test
  void aJobWithoutACheckpointIsLeftAlone() {
    assertThat(adopt().get(0).sentences())
        .singleElement()
        .asString()
        .contains("no checkpoint in the store");
  }

  @Test
  void withoutItsJobFileAPersonSaysForHowManyEpochsItWas() {
    store.train(digits, 3);
    store.jobFiles.clear();

    assertThat(adopt().get(0).sentences()).singleElement().asString().contains("--epochs digits=N");
    adopt(new Wishes(Map.of("digits", 9), false));

    assertThat(job(digits).spec().epochs()).isEqualTo(9);
    assertThat(job(digits).spec().parameters()).isEqualTo(Map.of("rate", 0.1));
  }

  @Test
  void anEditedJobFileThatSpeaksOfAnotherTrainingIsNotBelieved() {
    store.train(digits, 3);
    store.jobFiles.computeIfPresent(
        digits, (job, text) -> text.replace("\"seed\":7", "\"seed\":8"));

    assertThat(adopt().get(0).sentences()).singleElement().asString().contains("disagree");
    assertThat(jobs.newest(9)).isEmpty();
  }

  @Test
  void aJobThatHadReachedItsEndIsComplete() {
    store.train(digits, 6);

    assertThat(recovered(digits).state()).isEqualTo(JobState.COMPLETE);
  }

  @Test
  void aPersonMayHaveAllOfItWait() {
    store.train(digits, 3);

    adopt(new Wishes(Map.of(), true));

    assertThat(job(digits).state()).isEqualTo(JobState.PAUSED);
  }

  @Test
  void toDoItAgainDoesNoHarm() {
    store.train(digits, 5);
    Job once = recovered(digits);
    List<CheckpointRow> rows = jobs.history(digits).checkpoints();

    Job twice = recovered(digits);

    assertThat(twice.kept()).isEqualTo(once.kept());
    assertThat(twice.fence()).isEqualTo(Fence.beforeIncarnation(NEXT + 1));
    assertThat(jobs.history(digits).checkpoints()).isEqualTo(rows);
    assertThat(jobs.history(digits).segments()).hasSize(3);
  }

  @Test
  void afterABackUpItGoesOnFromWhatTheLostTimeCommitted() {
    List<Manifest> line = store.train(digits, 2);
    recovered(digits);
    Manifest third = store.save(digits, 5, 3, Optional.of(line.get(1)));

    Finding finding = adopt().get(0);

    assertThat(job(digits).head().orElseThrow().digest()).isEqualTo(AStore.digest(third));
    assertThat(finding.sentences()).singleElement().asString().contains("e3-b0", "e2-b0");
    assertThat(jobs.history(digits).checkpoints())
        .extracting(row -> row.mark().isPresent())
        .containsExactly(true, false, false);
  }

  @Test
  void aHeadWhoseFilesSomebodyDeletedGivesWayToItsParentAndIsNeverTakenAgain() {
    List<Manifest> line = store.train(digits, 3);
    recovered(digits);
    store.lose(line.get(2));

    assertThat(recovered(digits).position()).isEqualTo(Position.ofEpochs(2));
    assertThat(jobs.history(digits).checkpoints().get(2).mark()).contains(Mark.REJECTED);
    store.broken.clear();
    assertThat(recovered(digits).position()).isEqualTo(Position.ofEpochs(2));
  }

  @Test
  void aJobOfAStoreThatWasNotReadPausesAndSaysSo() {
    StoreId other = new StoreId("store-2");
    JobId elsewhere = new JobId("job-9");
    Submit submit = new Submit(elsewhere, AStore.spec("elsewhere"), Optional.of(other));
    var submitted = submit.decide(NOW);
    jobs.save(List.of(JobStore.Transition.of(0, submitted, Optional.empty())));

    adopt();

    assertThat(job(elsewhere).state()).isEqualTo(JobState.PAUSED);
    assertThat(job(elsewhere).reason().orElseThrow()).contains("could not be read");
  }

  private Optional<Manifest> first(JobId job) {
    String text = store.manifests.get(job).values().iterator().next();
    return Optional.of(ManifestJson.read(text));
  }

  private Job recovered(JobId id) {
    adopt();
    return job(id);
  }

  private Job job(JobId id) {
    return jobs.find(id).orElseThrow();
  }

  private List<Finding> adopt() {
    return adopt(Wishes.NONE);
  }

  private List<Finding> adopt(Wishes wishes) {
    return new StoreRecovery(jobs, store, Clock.fixed(NOW, ZoneOffset.UTC), wishes)
        .adopt(List.of(store));
  }
}
