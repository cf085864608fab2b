package baton.proofs.bench.snapshot;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.directory.DirectoryStore;
import baton.worker.Threads;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.ManifestDraft;
import baton.worker.checkpoint.StoredCheckpoint;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/** Saves as a worker does: into a directory store, on the thread that moves checkpoints. */
final class Saver implements AutoCloseable {
  private final ExecutorService thread = Threads.background("transfers");
  private final Checkpoints checkpoints;
  private final ManifestDraft draft;
  private Optional<StoredCheckpoint> last = Optional.empty();
  private int saves;

  Saver(Path folder, Run run) throws StoreException, IOException {
    Files.createDirectories(folder);
    checkpoints =
        new Checkpoints(
            DirectoryStore.open(folder.resolve("store"), () -> new StoreId("bench")),
            folder.resolve("spool"));
    draft =
        new ManifestDraft(
            new JobId("bench"),
            Rig.JOB,
            new Fence(1),
            0,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            run.architectureHash(),
            run.numericProfile(),
            List.of(),
            new SessionId("bench"),
            Clock.systemUTC().instant());
  }

  /** Begins a save; completes with how long it took, after its snapshot was released. */
  CompletableFuture<Duration> save(Snapshot snapshot) {
    return CompletableFuture.supplyAsync(
        () -> {
          long begun = System.nanoTime();
          try {
            last = Optional.of(checkpoints.save(next(), snapshot, bytes -> {}));
          } catch (Exception e) {
            throw new IllegalStateException("The save failed: " + e.getMessage(), e);
          }
          snapshot.release();
          return Duration.ofNanos(System.nanoTime() - begun);
        },
        thread);
  }

  /** Restores the files of the last save into a folder. */
  void restore(Path into) throws StoreException, TroubleException {
    checkpoints.restore(last.orElseThrow().checkpoint(), into, bytes -> {});
  }

  /** The draft extends the last one, so its files are compared with the last ones. */
  private ManifestDraft next() {
    Optional<Sha256> parent = last.map(saved -> saved.checkpoint().digest());
    return new ManifestDraft(
        draft.job(),
        draft.spec(),
        draft.fence(),
        saves++,
        parent,
        last.map(saved -> saved.manifest().files()).orElse(List.of()),
        draft.dataDigest(),
        draft.architectureHash(),
        draft.numericProfile(),
        draft.measurements(),
        draft.session(),
        Clock.systemUTC().instant());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
