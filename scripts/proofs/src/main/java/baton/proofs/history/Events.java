package baton.proofs.history;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Heard;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.Finding.Kind;
import baton.protocol.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges what watchers received: every event once and in order, from any member, and an event for
 * everything that was acknowledged.
 */
final class Events {
  private final List<Heard> heard;
  private final List<Finding> findings = new ArrayList<>();

  private Events(List<Heard> heard) {
    this.heard = heard;
  }

  /** A history without watchers is not judged. */
  static List<Finding> judge(List<Heard> heard, List<Call> calls) {
    if (heard.isEmpty()) {
      return List.of();
    }
    Events events = new Events(heard);
    events.requireEachOnceAndInOrder();
    events.requireAllHearTheSame();
    events.requireAcknowledged(calls);
    return events.findings;
  }

  /** A watcher starts before the first event. */
  private void requireEachOnceAndInOrder() {
    Map<String, Long> last = new HashMap<>();
    for (Heard one : heard) {
      long before = last.getOrDefault(one.watcher(), 0L);
      if (one.number() != before + 1) {
        found("%s was told event %d after event %d", one.watcher(), one.number(), before);
      }
      last.put(one.watcher(), one.number());
    }
    if (Set.copyOf(last.values()).size() > 1) {
      found("the watchers were told unequally many events: %s", last);
    }
  }

  private void requireAllHearTheSame() {
    Map<Long, Heard> first = new HashMap<>();
    for (Heard one : heard) {
      Heard other = first.putIfAbsent(one.number(), one);
      if (other != null && !what(other).equals(what(one))) {
        found("event %d was told as \"%s\" and as \"%s\"", one.number(), other.text(), one.text());
      }
    }
  }

  private static List<Object> what(Heard one) {
    return List.of(one.job(), one.kind(), one.text());
  }

  private void requireAcknowledged(List<Call> calls) {
    Map<JobId, Set<String>> told = new HashMap<>();
    for (Heard one : heard) {
      told.computeIfAbsent(one.job(), job -> new HashSet<>()).add(one.kind() + " " + one.text());
    }
    for (Call call : calls) {
      if (call.outcome() == Outcome.OK && call.job() != null && isAnEvent(call)) {
        boolean isTold =
            told.getOrDefault(call.job(), Set.of()).stream().anyMatch(event -> is(event, call));
        if (!isTold) {
          found("nobody was told of the %s of job %s", call.op(), call.job());
        }
      }
    }
  }

  private static boolean isAnEvent(Call call) {
    return switch (call.op()) {
      case SUBMIT, ACQUIRE, RELEASE -> true;
      case RENEW, PAUSE, RESUME -> false;
      case COMMIT -> "COMPLETE".equals(call.next());
    };
  }

  private static boolean is(String event, Call call) {
    if (call.op() == Op.ACQUIRE) {
      return event.startsWith("GRANTED lease %s to ".formatted(call.fence()));
    }
    if (call.op() == Op.RELEASE) {
      return event.startsWith("RELEASED ")
          && (event + ":").contains(" released lease %s:".formatted(call.fence()));
    }
    return event.startsWith(call.op() == Op.SUBMIT ? "SUBMITTED " : "COMPLETE ");
  }

  private void found(String what, Object... values) {
    findings.add(new Finding(Kind.WRONG, what.formatted(values)));
  }
}
