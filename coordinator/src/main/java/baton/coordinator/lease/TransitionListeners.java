package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The listeners of one {@link Transitions}. */
public final class TransitionListeners {
  private final List<TransitionListener> all = new CopyOnWriteArrayList<>();

  public void add(TransitionListener listener) {
    all.add(listener);
  }

  /**
   * The answer to a submission, completed after all listeners were told. It must be called before
   * the answer can complete, so that listeners are told in order.
   */
  public CompletionStage<Outcome> hear(Submit submit, CompletionStage<Outcome> answer) {
    return answer.whenComplete(
        (outcome, failure) ->
            tell(
                submit.id(),
                outcome instanceof Outcome.Submitted,
                listener -> listener.submitted(submit)));
  }

  /** The answer to a command, completed after all listeners were told. */
  public CompletionStage<Outcome> hear(
      JobId job, Command command, CompletionStage<Outcome> answer) {
    return answer.whenComplete(
        (outcome, failure) ->
            tell(job, outcome != null, listener -> listener.answered(job, command, outcome)));
  }

  private void tell(JobId job, boolean isAnswered, Consumer<TransitionListener> answer) {
    all.forEach(isAnswered ? answer : listener -> listener.failed(job));
  }
}
