package baton.protocol.client;

import baton.protocol.ProblemType;
import baton.protocol.message.Problem;
import java.time.Duration;
import java.util.Optional;

/** The coordinator refused a request; the message says why and what to do. */
public final class ProblemException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final Duration retryAfter;

  ProblemException(Problem problem, Optional<Duration> retryAfter) {
    super(problem.detail());
    this.problem = problem;
    this.retryAfter = retryAfter.orElse(null);
  }

  public Problem problem() {
    return problem;
  }

  /**
   * What kind of problem it is; empty if this version of Baton does not know it: then the status
   * decides.
   */
  public Optional<ProblemType> type() {
    return ProblemType.of(problem.type());
  }

  public int status() {
    return problem.status();
  }

  /** After how long a retry may help; empty if the coordinator does not say. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
