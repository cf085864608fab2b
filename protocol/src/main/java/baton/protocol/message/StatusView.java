package baton.protocol.message;

import baton.protocol.SessionId;
import java.util.List;

/** Everything at a glance: the jobs, and the workers that wait for one. */
public record StatusView(List<JobView> jobs, List<WaitingView> waiting) {

  /** A worker that waits for a lease. */
  public record WaitingView(
      SessionId session, String worker, String device, List<String> programs) {}
}
