package baton.worker.segment;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException;
import java.time.Duration;
import java.util.Optional;

/**
 * What happened to a session. All but {@link Tick} and {@link ShutdownAsked} carry the turn of the
 * action they result from; events of an earlier turn and repeated events have no effect.
 */
public sealed interface Event {
  /** Calls the method of {@code session} for this event. */
  void tell(Session session, Moment now);

  /** The timer expired; also the first event of a session. */
  record Tick() implements Event {
    @Override
    public void tell(Session session, Moment now) {}
  }

  /** The machine or a person wants the session to end soon (SIGTERM). */
  record ShutdownAsked() implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.shutdownAsked(now);
    }
  }

  /** The request sent at {@code sentAt} was answered with a lease. */
  record Granted(int turn, Grant grant, Moment sentAt) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.granted(turn, grant, sentAt, now);
    }
  }

  /** The request sent at {@code sentAt} was answered: no lease now. */
  record NothingNow(int turn, String reason, Moment sentAt) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.nothingNow(turn, sentAt, now);
    }
  }

  /**
   * The renewal sent at {@code sentAt} was answered.
   *
   * @param lifetime how long sessions like this one last; empty if the coordinator does not say
   */
  record Renewed(
      int turn,
      Moment sentAt,
      Duration ttl,
      Duration waited,
      Directive directive,
      String reason,
      Optional<LifetimeEstimate> lifetime)
      implements Event {

    /** Answered at once, with what every answer tells. */
    public static Renewed of(
        int turn, Moment sentAt, Duration ttl, Directive directive, String reason) {
      return new Renewed(turn, sentAt, ttl, Duration.ZERO, directive, reason, Optional.empty());
    }

    /** The same after the request was held for so long. */
    public Renewed after(Duration held) {
      return new Renewed(turn, sentAt, ttl, held, directive, reason, lifetime);
    }

    public Renewed knowing(Optional<LifetimeEstimate> estimate) {
      return new Renewed(turn, sentAt, ttl, waited, directive, reason, estimate);
    }

    @Override
    public void tell(Session session, Moment now) {
      session
          .heard(turn, now)
          .ifPresent(h -> h.renewed(new LeaseTime(sentAt, waited, ttl), directive, lifetime));
    }
  }

  /**
   * The head moved.
   *
   * @param segmentEnd the next hand-over point; present exactly when {@code next} is TRAIN_ON
   */
  record Committed(int turn, Sha256 head, AfterCommit next, Optional<Position> segmentEnd)
      implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.heard(turn, now).ifPresent(h -> h.committed(head, next, segmentEnd));
    }
  }

  /** The lease was given back. */
  record Released(int turn) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.heard(turn, now).ifPresent(LeaseSession::released);
    }
  }

  /** The coordinator refused a request. */
  record Refused(int turn, SegmentRequest request, WorkerRefusal why, String sentence)
      implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.refused(turn, request, why, sentence, now);
    }
  }

  /** There was no answer, or one that means to try again. */
  record Unanswered(int turn, SegmentRequest request, String why) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.unanswered(turn, request, now);
    }
  }

  /** The job's data is here, each file with the right sha256. */
  record Fetched(int turn) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(LeaseSession::fetched);
    }
  }

  /** The head's files are here, each with the right sha256. */
  record Restored(int turn) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.restored(now));
    }
  }

  /** The head's files could not be fetched. */
  record RestoreFailed(int turn, StoreException.Kind kind, String message) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.restoreFailed(turn, kind, message, now);
    }
  }

  /**
   * The run has begun.
   *
   * @param snapshotsAtATime see {@link Run#snapshotsAtATime}
   */
  record Started(int turn, Position position, int batchesPerEpoch, int snapshotsAtATime)
      implements Event {
    public Started {
      if (snapshotsAtATime < 1) {
        throw new IllegalArgumentException("a run that cannot be copied cannot be relayed");
      }
    }

    @Override
    public void tell(Session session, Moment now) {
      session
          .leaseSession(turn)
          .ifPresent(h -> h.started(position, batchesPerEpoch, snapshotsAtATime, now));
    }
  }

  /** A batch was trained. */
  record Trained(int turn, Run.Step step) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.trained(step, now));
    }
  }

  /** An epoch was evaluated. */
  record Evaluated(int turn, Measurement measurement) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.evaluated(measurement, now));
    }
  }

  /**
   * The state was copied.
   *
   * @param stall how long the copy stopped training
   */
  record SnapshotTaken(int turn, Snapshot snapshot, Duration stall) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.snapshotTaken(snapshot, stall, now));
    }
  }

  /**
   * Data could not be fetched, or the program could not start, train, evaluate or be copied; the
   * run is over.
   */
  record TrainingFailed(int turn, Trouble trouble) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.trainingFailed(trouble));
    }
  }

  /** A fetch, restore, set-up or save moved {@code amount} more bytes or items (R10). */
  record Progressed(int turn, long amount) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.progressed(amount));
    }
  }

  /** A checkpoint is complete in the store; its manifest was written last. */
  record Saved(int turn, Checkpoint checkpoint, String manifest) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.saved(checkpoint, manifest, now));
    }
  }

  /** A save failed; what it left in the store does not count as a checkpoint. */
  record SaveFailed(int turn, StoreException.Kind kind, String message) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(h -> h.saveFailed(kind, message, now));
    }
  }

  /** All work of the turn's lease has ended; the training thread is free. */
  record Stopped(int turn) implements Event {
    @Override
    public void tell(Session session, Moment now) {
      session.leaseSession(turn).ifPresent(LeaseSession::stopped);
    }
  }
}
