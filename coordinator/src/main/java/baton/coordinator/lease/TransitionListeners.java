package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Those who listen at one door. */
public final class TransitionListeners {
  private final List<TransitionListener> all = new CopyOnWriteArrayList<>();

  public void add(TransitionListener listener) {
    all.add(listener);
  }

  /**
   * The answer to a submission, given once all have heard of it. To be called before anybody can
   * answer: only so do they hear of the answers in order.
   */
  public CompletionStage<Outcome> hear(Submit submit, CompletionStage<Outcome> answer) {
    return answer.whenComplete(
        (outcome, failure) ->
            tell(
                submit.id(),
                outcome instanceof Outcome.Submitted,
                listener -> listener.submitted(submit)));
  }

  /** The answer to a command, given once all have heard of it. */
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
