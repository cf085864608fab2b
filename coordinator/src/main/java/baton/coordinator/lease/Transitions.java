package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The one door through which jobs change: reads, decides, stores, and answers once it is on disk
 * (R4). On a version conflict it reads and decides again.
 */
public interface Transitions {
  /** The outcome, or a {@link StoreUnavailable}; a taken name is {@link NameTaken}. */
  CompletionStage<Outcome> submit(Submit submit);

  /** The outcome, or a {@link StoreUnavailable}; an unknown job is {@link UnknownJob}. */
  default CompletionStage<Outcome> apply(JobId job, Command command) {
    return apply(job, command, () -> true);
  }

  /**
   * The same for a command that rests on what this coordinator has seen, such as that a lease has
   * run out: whoever is frozen between the look and the write has not seen what others did
   * meanwhile.
   *
   * @param stillCounts whether that was seen recently enough; asked once more when no other
   *     coordinator can write. If not, the answer is {@link CutOff}
   */
  CompletionStage<Outcome> apply(JobId job, Command command, BooleanSupplier stillCounts);

  /**
   * What the command would be answered if it were applied to {@code job} now, and is no repeat;
   * changes nothing.
   */
  Outcome preview(Job job, Command command);

  /** Has {@code listener} told of all that passes from now on. */
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
