package baton.worker.segment;

import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.SaveInterval;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Something that a session wants done. {@code turn} numbers the session's leases, from 1; events
 * that result from an action carry the same turn.
 */
public sealed interface Action {
  /** Calls the method of {@code hands} for this action. */
  void by(Hands hands);

  /** Carries out a session's actions. No method may block. */
  interface Hands {
    void ask(Ask ask);

    void fetch(Fetch fetch);

    void restore(Restore restore);

    void start(Start start);

    void train(Train train);

    void evaluate(Evaluate evaluate);

    void takeSnapshot(TakeSnapshot takeSnapshot);

    void save(Save save);

    void discard(Discard discard);

    void commit(Commit commit);

    void renew(Renew renew);

    void release(Release release);

    void stop(Stop stop);

    void setTimer(SetTimer timer);

    void exit(Exit exit);
  }

  /**
   * Ask for a lease, with the turn's secret; a repeat uses the same secret (R8).
   *
   * @param holdFor how long the coordinator may hold the request
   * @param endsIn how long the session will last, if known
   */
  record Ask(int turn, Duration holdFor, Optional<Duration> endsIn) implements Action {
    @Override
    public void by(Hands hands) {
      hands.ask(this);
    }
  }

  /** Fetch the data that the job trains on, unless this machine has it. */
  record Fetch(int turn, Grant grant) implements Action {
    @Override
    public void by(Hands hands) {
      hands.fetch(this);
    }
  }

  /** Fetch the files of the grant's head and check each. */
  record Restore(int turn, Grant grant) implements Action {
    @Override
    public void by(Hands hands) {
      hands.restore(this);
    }
  }

  /** Begin the run, from the restored files or fresh from the seed. */
  record Start(int turn, Grant grant) implements Action {
    @Override
    public void by(Hands hands) {
      hands.start(this);
    }
  }

  /** Train one batch. */
  record Train(int turn) implements Action {
    @Override
    public void by(Hands hands) {
      hands.train(this);
    }
  }

  /** Evaluate on the held-out split. */
  record Evaluate(int turn) implements Action {
    @Override
    public void by(Hands hands) {
      hands.evaluate(this);
    }
  }

  /** Copy the whole state into memory. */
  record TakeSnapshot(int turn) implements Action {
    @Override
    public void by(Hands hands) {
      hands.takeSnapshot(this);
    }
  }

  /**
   * Write and upload a snapshot in the background.
   *
   * @param counter how many saves this lease began before this one
   * @param parent digest of the checkpoint it extends, committed or not yet
   * @param measurements everything measured since the parent
   * @param storesAll whether to store every file again, because a check found a stored file wrong
   */
  record Save(
      int turn,
      int counter,
      Snapshot snapshot,
      Optional<Sha256> parent,
      List<Measurement> measurements,
      boolean storesAll)
      implements Action {
    @Override
    public void by(Hands hands) {
      hands.save(this);
    }
  }

  /** Release a snapshot: it is saved, or a newer one replaces it. */
  record Discard(int turn, Snapshot snapshot) implements Action {
    @Override
    public void by(Hands hands) {
      hands.discard(this);
    }
  }

  /** Move the head to an uploaded checkpoint. */
  record Commit(int turn, Checkpoint checkpoint, String manifest, Optional<String> finalReason)
      implements Action {
    @Override
    public void by(Hands hands) {
      hands.commit(this);
    }
  }

  /**
   * Renew the lease.
   *
   * @param progress batches, bytes or items; it only grows (R10)
   * @param saving how often it saves, and why; empty if the job fixes it
   */
  record Renew(
      int turn,
      Phase phase,
      Position position,
      long progress,
      OptionalDouble loss,
      Optional<SaveInterval> saving)
      implements Action {
    @Override
    public void by(Hands hands) {
      hands.renew(this);
    }
  }

  /**
   * Give the lease back; its last request.
   *
   * @param trouble present exactly when {@code why} is FAILED
   */
  record Release(int turn, ReleaseReason why, Optional<Trouble> trouble) implements Action {
    @Override
    public void by(Hands hands) {
      hands.release(this);
    }
  }

  /**
   * End all work of the lease at once: restore, training, save. Nothing in the store is deleted.
   * Answered by {@link Event.Stopped} when the training thread is free again.
   */
  record Stop(int turn) implements Action {
    @Override
    public void by(Hands hands) {
      hands.stop(this);
    }
  }

  /** Step the session when the monotonic clock reaches {@code at}; replaces the previous timer. */
  record SetTimer(Duration at) implements Action {
    @Override
    public void by(Hands hands) {
      hands.setTimer(this);
    }
  }

  /** End the session; nothing follows. */
  record Exit(Why why, String sentence) implements Action {
    /** Why a session ends. */
    public enum Why {
      /** It did what it was started for, or was told to end. */
      DONE,
      /** There was no work for a long time. */
      IDLE,
      /** The coordinator does not want this worker. */
      REFUSED,
      /** This machine cannot train or save. */
      MACHINE,
      /** The program failed. */
      PROGRAM,
      /** The coordinator could not be reached for a long time. */
      UNREACHABLE,
      /** The program does not return from a batch. */
      HUNG
    }

    @Override
    public void by(Hands hands) {
      hands.exit(this);
    }
  }
}
