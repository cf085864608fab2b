package baton.worker;

import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.Grant;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.ManifestDraft;
import baton.worker.checkpoint.StoredCheckpoint;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that moves checkpoints: restores and saves, one at a time, while training goes on. An
 * abandoned transfer ends with its next progress report.
 */
final class Transfers {
  private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);

  private final Checkpoints checkpoints;
  private final Path restoreInto;
  private final SessionId session;
  private final Clock clock;
  private final Consumer<Event> events;
  private final ExecutorService thread = Threads.background("transfers");
  private volatile int stoppedTurn;
  private volatile Restored restored;
  private Optional<StoredCheckpoint> newest = Optional.empty(); // confined to the thread

  /** A head's files on this machine, and what made them. */
  record Restored(Path files, Map<String, String> numericProfile) {}

  Transfers(
      Checkpoints checkpoints,
      Path restoreInto,
      SessionId session,
      Clock clock,
      Consumer<Event> events) {
    this.checkpoints = checkpoints;
    this.restoreInto = restoreInto;
    this.session = session;
    this.clock = clock;
    this.events = events;
  }

  /** The head that was restored last. */
  Restored restored() {
    return restored;
  }

  void restore(int turn, Grant grant) {
    Checkpoint head = grant.head().orElseThrow();
    thread.execute(
        () -> {
          try {
            StoredCheckpoint fetched = checkpoints.restore(head, restoreInto, moved(turn));
            fetched.requireOf(grant.job(), grant.spec().program());
            newest = Optional.of(fetched);
            restored = new Restored(restoreInto, fetched.manifest().numericProfile());
            events.accept(new Event.Restored(turn));
          } catch (StoreException e) {
            LOG.debug("Restore failed", e);
            events.accept(new Event.RestoreFailed(turn, e.kind(), e.getMessage()));
          } catch (TroubleException e) {
            LOG.debug("Restore failed", e);
            events.accept(new Event.TrainingFailed(turn, e.trouble()));
          } catch (Abandoned e) {
            LOG.debug("Restore abandoned");
          } catch (RuntimeException | Error e) {
            LOG.debug("Restore failed", e);
            events.accept(new Event.TrainingFailed(turn, fault("restore", e)));
          }
        });
  }

  void save(Action.Save save, Grant grant, Trainer.Facts facts) {
    thread.execute(
        () -> {
          try {
            StoredCheckpoint stored =
                checkpoints.save(draft(save, grant, facts), save.snapshot(), moved(save.turn()));
            newest = Optional.of(stored);
            events.accept(new Event.Saved(save.turn(), stored.checkpoint(), stored.text()));
          } catch (StoreException e) {
            LOG.debug("Save failed", e);
            events.accept(new Event.SaveFailed(save.turn(), e.kind(), e.getMessage()));
          } catch (TroubleException e) {
            LOG.debug("Save failed", e);
            fail(save.turn(), e.trouble());
          } catch (Abandoned e) {
            LOG.debug("Save abandoned");
          } catch (RuntimeException | Error e) {
            LOG.debug("Save failed", e);
            fail(save.turn(), fault("save", e));
          }
        });
  }

  /** Abandons the turn's transfer; what is in the store is left as it is. */
  void stop(int turn) {
    stoppedTurn = turn;
  }

  /** A failure of the machine may pass, so training goes on; an error of the program does not. */
  private void fail(int turn, Trouble trouble) {
    if (trouble.kind() == Trouble.Kind.PROGRAM) {
      events.accept(new Event.TrainingFailed(turn, trouble));
    }
    events.accept(new Event.SaveFailed(turn, StoreException.Kind.MACHINE, trouble.message()));
  }

  private static Trouble fault(String what, Throwable e) {
    return Trouble.machine(
        "This worker could not %s a checkpoint (%s).".formatted(what, e.getClass().getSimpleName()),
        "Start it with --verbose, and see the reason in its log.");
  }

  private LongConsumer moved(int turn) {
    return bytes -> {
      if (turn <= stoppedTurn) {
        throw new Abandoned();
      }
      events.accept(new Event.Progressed(turn, bytes));
    };
  }

  private ManifestDraft draft(Action.Save save, Grant grant, Trainer.Facts facts) {
    return new ManifestDraft(
        grant.job(),
        grant.spec(),
        grant.fence(),
        save.counter(),
        save.parent(),
        save.storesAll() ? List.of() : filesOf(save.parent()),
        grant.spec().data().map(Data::digest),
        facts.architectureHash(),
        facts.numericProfile(),
        save.measurements(),
        session,
        clock.instant());
  }

  /** The files of the parent, which a save need not store again if they are the same. */
  private List<FileEntry> filesOf(Optional<Sha256> parent) {
    return newest
        .filter(n -> parent.equals(Optional.of(n.checkpoint().digest())))
        .map(n -> n.manifest().files())
        .orElse(List.of());
  }

  /** The lease is over; nobody waits for this transfer. */
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Abandoned() {
      super(null, null, false, false);
    }
  }
}
