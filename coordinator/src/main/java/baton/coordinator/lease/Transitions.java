package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * Applies commands to jobs; a job is changed in no other way. It reads, decides, stores, and
 * answers once the change is on disk (R4). On a version conflict it reads and decides again.
 */
public interface Transitions {
  /**
   * The outcome; fails with {@link StoreUnavailable}, or {@link NameTaken} if the name is taken.
   */
  CompletionStage<Outcome> submit(Submit submit);

  /**
   * The outcome; fails with {@link StoreUnavailable}, or {@link UnknownJob} if there is no such
   * job.
   */
  default CompletionStage<Outcome> apply(JobId job, Command command) {
    return apply(job, command, () -> true);
  }

  /**
   * The same for a command that rests on what this coordinator has seen, such as that a lease has
   * run out. A coordinator that is frozen between the look and the write has not seen what others
   * did meanwhile.
   *
   * @param stillCounts whether that was seen recently enough; asked again while no other
   *     coordinator can write. If not, it fails with {@link CutOff}
   */
  CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts);

  /**
   * The answer that the command would get if it were applied to {@code job} now and were not a
   * repeat. Changes nothing.
   */
  Outcome preview(Job job, Command command);

  /** Adds a listener, which is told of every outcome from now on. */
  void listen(TransitionListener listener);

  /** No job has this id. */
  final class UnknownJob extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnknownJob(JobId job) {
      super("There is no job " + job + ".");
    }
  }

  /** Another job has this name. */
  final class NameTaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NameTaken(String name) {
      super("There is a job named " + name + " already. Choose another name.");
    }
  }
}
