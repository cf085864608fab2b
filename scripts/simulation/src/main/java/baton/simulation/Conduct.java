package baton.simulation;

import baton.protocol.AfterCommit;
import baton.protocol.Directive;
import baton.protocol.SessionId;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.SegmentRequest;
import baton.worker.segment.WorkerRefusal;
import java.util.HashSet;
import java.util.Set;

/** The referee's check of a session: it stops once told to, and only with a reason (R9, R12). */
final class Conduct {
  private final Referee referee;
  private final SessionId session;
  private final Set<Integer> toldEnded = new HashSet<>();
  private final Set<Integer> mayStop = new HashSet<>();
  private boolean leaving;

  /**
   * @param endsAsPlanned whether the session knows its end, and may leave before it
   */
  Conduct(Referee referee, SessionId session, boolean endsAsPlanned) {
    this.referee = referee;
    this.session = session;
    this.leaving = endsAsPlanned;
  }

  /** Whether this event says that the lease has ended. */
  static boolean tellsEnd(Event event) {
    return (event instanceof Event.Renewed renewed && renewed.directive() == Directive.STOP)
        || (event instanceof Event.Refused refused
            && refused.why() == WorkerRefusal.LEASE_ENDED
            && refused.request() != SegmentRequest.ASK);
  }

  void told(Event event) {
    if (event instanceof Event.Renewed renewed && tellsEnd(event)) {
      toldEnded.add(renewed.turn());
    } else if (event instanceof Event.Refused refused) {
      if (tellsEnd(event)) {
        toldEnded.add(refused.turn());
      }
      mayStop.add(refused.turn());
    } else if (event instanceof Event.Renewed renewed
        && renewed.directive() == Directive.CHECKPOINT_AND_RELEASE) {
      mayStop.add(renewed.turn());
    } else if (event instanceof Event.Committed committed
        && committed.next() != AfterCommit.TRAIN_ON) {
      mayStop.add(committed.turn());
    } else if (event instanceof Event.TrainingFailed failed) {
      mayStop.add(failed.turn());
    } else if (event instanceof Event.RestoreFailed failed) {
      mayStop.add(failed.turn());
    } else if (event instanceof Event.SaveFailed failed) {
      mayStop.add(failed.turn());
    } else if (event instanceof Event.ShutdownAsked) {
      leaving = true;
    }
  }

  void wants(Action action) {
    int turn = turnOf(action);
    boolean works = turn > 0 && !(action instanceof Action.Stop);
    if (works && toldEnded.contains(turn)) {
      referee.broke("R9", session + " was told that its lease has ended, and yet wants " + action);
    }
    boolean hasReason = leaving || toldEnded.contains(turn) || mayStop.contains(turn);
    if (action instanceof Action.Stop && !hasReason) {
      referee.broke("R12", session + " stops though nobody told it to");
    }
  }

  private static int turnOf(Action action) {
    if (action instanceof Action.Train train) {
      return train.turn();
    } else if (action instanceof Action.Save save) {
      return save.turn();
    } else if (action instanceof Action.Commit commit) {
      return commit.turn();
    } else if (action instanceof Action.Renew renew) {
      return renew.turn();
    } else if (action instanceof Action.TakeSnapshot snapshot) {
      return snapshot.turn();
    } else if (action instanceof Action.Stop stop) {
      return stop.turn();
    }
    return 0;
  }
}
