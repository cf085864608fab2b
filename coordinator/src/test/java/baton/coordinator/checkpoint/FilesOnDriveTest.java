package baton.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.StoreId;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import baton.storage.drive.SignedInStore;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.ConsentFile;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The coordinator's own look at a store on Drive (R3, R5, R13). */
class FilesOnDriveTest extends CheckpointFilesContract {
  private static final Fence CURRENT = new Fence(5);
  private static final int FILES = 2;

  @TempDir Path folder;
  private StoreOnBench store;
  private Optional<CheckpointStore> signedIn = Optional.empty();

  @Override
  protected CheckpointFiles open() throws Exception {
    store = new StoreOnBench(folder);
    signedIn = Optional.of(store.keeper());
    StoreLocator signIn =
        new SignedInStore(new ConsentFile(folder), store.bench.time(), new Random(1));
    return new StoredFiles(
        new StoreLocator() {
          @Override
          public Optional<CheckpointStore> find() {
            return signedIn;
          }

          @Override
          public String whyNot(StoreId id) {
            return signIn.whyNot(id);
          }
        });
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Override
  protected String put(String path, String content) throws Exception {
    return store.put(path, content);
  }

  @Override
  protected void remove(String path) throws Exception {
    store.remove(path);
  }

  @Override
  protected boolean has(String path) {
    return store.has(path);
  }

  @Override
  protected void cutOff() {
    for (Operation operation : Operation.values()) {
      store.bench.drive().faults().always(operation, new Action.Refuse(503, "backendError"));
    }
  }

  @Override
  protected String remedy() {
    return "check this machine's network.";
  }

  private Verdict check(Stored stored) {
    return files.check(Stored.STORE, stored.checkpoint());
  }

  @Test
  void onlyTheManifestIsReadAndEachFileIsLookedAtOnce() throws Exception {
    Stored stored = store(1, 0);
    long looked = store.bench.drive().count(Operation.GET);

    assertThat(check(stored)).isEqualTo(new Verdict.Sound());

    assertThat(store.bench.drive().count(Operation.DOWNLOAD)).isEqualTo(1);
    assertThat(store.bench.drive().count(Operation.GET) - looked).isEqualTo(FILES);
  }

  @Test
  void aListThatDoesNotKnowTheNewManifestYetIsGivenTime() throws Exception {
    store.bench.drive().files().indexLag(Duration.ofSeconds(12));

    assertThat(check(store(1, 0))).isEqualTo(new Verdict.Sound());
  }

  @Test
  void aWrongWordOfDrivesIsAskedForAgain() throws Exception {
    Stored stored = store(1, 0);
    store.bench.drive().faults().next(Operation.GET, new Action.WrongSha256());

    assertThat(check(stored)).isEqualTo(new Verdict.Sound());
  }

  @Test
  void aSha256ThatDriveHasNotComputedYetIsAskedForAgain() throws Exception {
    Stored stored = store(1, 0);
    CheckpointStore drive = signedIn.orElseThrow();
    AtomicBoolean isComputed = new AtomicBoolean();
    signedIn =
        Optional.of(
            (CheckpointStore)
                Proxy.newProxyInstance(
                    CheckpointStore.class.getClassLoader(),
                    new Class<?>[] {CheckpointStore.class},
                    (proxy, method, arguments) -> {
                      Object told = method.invoke(drive, arguments);
                      return method.getName().equals("stat") && !isComputed.getAndSet(true)
                          ? ((Optional<?>) told)
                              .map(CheckpointStore.Stat.class::cast)
                              .map(stat -> new CheckpointStore.Stat(stat.size(), Optional.empty()))
                          : told;
                    }));

    assertThat(check(stored)).isEqualTo(new Verdict.Sound());
  }

  @ParameterizedTest
  @CsvSource({
    "401, authError",
    "403, insufficientPermissions",
    "403, appNotAuthorizedToFile",
    "403, dailyLimitExceeded",
    "403, userRateLimitExceeded",
    "429, rateLimitExceeded",
    "500, internalError",
    "503, backendError"
  })
  void whatMayNotBeReadNowIsNeverCorruptNorMissing(int status, String reason) throws Exception {
    Stored stored = store(1, 0);
    for (Operation operation : List.of(Operation.GET, Operation.LIST, Operation.DOWNLOAD)) {
      store.bench.drive().faults().clear();
      store.bench.drive().faults().always(operation, new Action.Refuse(status, reason));

      assertThat(check(stored))
          .as("%s %d", operation, status)
          .isInstanceOf(Verdict.Unreachable.class);
    }
  }

  @Test
  void whereTheWholeStoreIsGoneNoSingleFileIsCalledMissing() throws Exception {
    Stored stored = store(1, 0);
    store.bench.drive().files().delete(store.bench.rootFolder());

    assertThat(check(stored)).isInstanceOf(Verdict.Unreachable.class);
  }

  @Test
  void aFileInTheTrashIsMissing() throws Exception {
    Stored stored = store(1, 0);
    store.bench.drive().files().trash(store.idOf(stored.path("state.json")));

    assertThat(check(stored)).isEqualTo(new Verdict.Missing("state.json"));
  }

  @Test
  void afterASignOutTheStoreIsStillItsOwnAndTheRemedyIsToSignIn() throws Exception {
    Stored stored = store(1, 0);
    assertThat(files.reaches(Stored.STORE)).isTrue();
    signedIn = Optional.empty();

    assertThat(files.reaches(Stored.STORE)).isTrue();
    assertThat(check(stored))
        .isInstanceOfSatisfying(
            Verdict.Unreachable.class, v -> assertThat(v.why()).contains("baton drive login"));
    assertThatThrownBy(() -> files.delete(Stored.STORE, stored.checkpoint(), List.of()))
        .hasMessageContaining("baton drive login");
  }

  @Test
  void theTrashIsNeitherUsedNorEmptied() throws Exception {
    Stored pruned = store(1, 0);
    Stored kept = store(1, 1);
    long used = used();

    files.delete(Stored.STORE, pruned.checkpoint(), List.of(kept.checkpoint()));

    assertThat(used()).isLessThan(used - 1_000_000);
    assertThat(store.bench.drive().files().emptiedTrash()).isZero();
    assertThat(store.bench.drive().files().all()).noneMatch(file -> file.trashed());
  }

  @Test
  void whatAPersonRenamedIsHis() throws Exception {
    Stored pruned = store(1, 0);
    store.bench.drive().files().rename(store.idOf(pruned.path("state.json")), "mine.json");

    files.delete(Stored.STORE, pruned.checkpoint(), List.of());

    assertThat(has(pruned.path("state.json"))).isTrue();
    assertThat(has(pruned.path("model.safetensors"))).isFalse();
  }

  @Test
  void aSweepDeletesWhatALostSessionLeftAndNothingElse() throws Exception {
    Stored committed = store(4, 0);
    Stored uncommitted = store(4, 1);
    put(Stored.folder(4, 2) + "/model.safetensors", "half");
    put("job-1/notes.txt", "not a checkpoint's");
    put(Stored.folder(4, 2).replace("job-1", "job-2") + "/model.safetensors", "another job's");
    store.bench.time().pass(Duration.ofHours(25));
    put(Stored.folder(4, 3) + "/model.safetensors", "young");
    put(Stored.folder(5, 0) + "/model.safetensors", "on its way");

    List<String> deleted = sweep(committed.checkpoint());

    assertThat(deleted).hasSize(FILES + 1);
    assertThat(has(uncommitted.path("model.safetensors"))).isFalse();
    assertThat(has(uncommitted.path("state.json"))).isFalse();
    assertThat(has(uncommitted.path("manifest.json"))).as("manifests stay").isTrue();
    assertThat(has(Stored.folder(4, 2) + "/model.safetensors")).isFalse();
    assertThat(check(committed)).isEqualTo(new Verdict.Sound());
    for (String spared :
        List.of(
            "job-1/notes.txt",
            Stored.folder(4, 2).replace("job-1", "job-2") + "/model.safetensors",
            Stored.folder(4, 3) + "/model.safetensors",
            Stored.folder(5, 0) + "/model.safetensors")) {
      assertThat(has(spared)).as(spared).isTrue();
    }
    assertThat(sweep(committed.checkpoint())).isEmpty();
  }

  @Test
  void aSweepGoesByDrivesClock() throws Exception {
    store(4, 1);
    store.bench.time().pass(Duration.ofHours(23));

    assertThat(sweep()).as("whatever this machine's clock says").isEmpty();
  }

  private long used() {
    return store.bench.drive().files().all().stream().mapToLong(file -> file.size()).sum();
  }

  private List<String> sweep(Checkpoint... committed) {
    return files.sweep(Stored.STORE, Stored.JOB, CURRENT, Arrays.asList(committed));
  }
}
