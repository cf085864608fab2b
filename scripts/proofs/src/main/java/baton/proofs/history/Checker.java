package baton.proofs.history;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Heard;
import baton.proofs.history.Entry.Remains;
import baton.proofs.history.Finding.Kind;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An independent checker that reads a history and reports what should not be.
 *
 * <ol>
 *   <li>It judges each job by itself, since nothing is promised across jobs.
 *   <li>{@link Leases}: no two sessions could hold the job at once.
 *   <li>{@link HeadChain}: what was acknowledged is there, and the heads form one chain.
 *   <li>Over all jobs: no session holds two leases, and watchers got all {@link Events}.
 * </ol>
 */
public final class Checker {
  private Checker() {}

  public static Judgement judge(List<Entry> history) {
    Map<JobId, List<Call>> calls = calls(history);
    Map<JobId, Remains> remains =
        only(history, Remains.class).stream()
            .collect(
                Collectors.toMap(
                    Remains::job,
                    Function.identity(),
                    (first, later) -> later,
                    LinkedHashMap::new));
    List<Finding> findings = new ArrayList<>();
    long acknowledged = 0;
    for (Map.Entry<JobId, List<Call>> entry : calls.entrySet()) {
      findings.addAll(Leases.judge(entry.getKey(), entry.getValue()));
      Remains left = remains.get(entry.getKey());
      if (left == null) {
        findings.add(new Finding(Kind.LOST, "job " + entry.getKey() + " cannot be read any more"));
      } else {
        findings.addAll(HeadChain.judge(left, entry.getValue()));
      }
      acknowledged += acknowledged(entry.getValue());
    }
    findings.addAll(sessionsThatHoldTwo(remains.values()));
    findings.addAll(Events.judge(only(history, Heard.class), only(history, Call.class)));
    return new Judgement(acknowledged, findings);
  }

  private static List<Finding> sessionsThatHoldTwo(Collection<Remains> remains) {
    Map<SessionId, String> holders = new HashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (Remains job : remains) {
      for (Remains.Segment row : job.segments()) {
        String other = row.ended() == null ? holders.put(row.session(), job.name()) : null;
        if (other != null && !other.equals(job.name())) {
          findings.add(
              new Finding(
                  Kind.WRONG,
                  "%s holds %s and %s at once".formatted(row.session(), other, job.name())));
        }
      }
    }
    return findings;
  }

  /** Counts acknowledged transitions; an acknowledged repeat does not count again. */
  private static long acknowledged(List<Call> calls) {
    return calls.stream()
        .filter(Call::isAcknowledgedTransition)
        .map(call -> Arrays.asList(call.op(), call.fence(), call.digest()))
        .distinct()
        .count();
  }

  private static Map<JobId, List<Call>> calls(List<Entry> history) {
    Map<JobId, List<Call>> byJob = new LinkedHashMap<>();
    for (Call call : only(history, Call.class)) {
      if (call.job() != null) {
        byJob.computeIfAbsent(call.job(), job -> new ArrayList<>()).add(call);
      }
    }
    return byJob;
  }

  private static <T> List<T> only(List<Entry> history, Class<T> kind) {
    return history.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
