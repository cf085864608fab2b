package baton.protocol.client;

import baton.protocol.ProblemType;
import baton.protocol.message.Problem;
import java.time.Duration;
import java.util.Optional;

/** The coordinator answered, and refused; the message says why and what to do. */
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

  /** What kind of problem it is; empty: one this Baton does not know, so go by the status. */
  public Optional<ProblemType> type() {
    return ProblemType.of(problem.type());
  }

  public int status() {
    return problem.status();
  }

  /** When trying again may help; empty: the coordinator does not say that it would. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
