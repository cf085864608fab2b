package baton.proofs.cluster;

import baton.protocol.ProblemType;
import baton.protocol.client.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps enough jobs open, and pauses and resumes one after the other. Nobody else does, so the
 * state of each job must agree with its last acknowledged request.
 */
final class Operator {
  private static final int LEAST_PAUSED_MILLIS = 10;
  private static final int MOST_PAUSED_MILLIS = 150;
  private static final int LEAST_BETWEEN_WORDS_MILLIS = 50;
  private static final int MOST_BETWEEN_WORDS_MILLIS = 400;

  /** The states of a paused job; its holder may still complete it. */
  private static final Set<String> PAUSED = Set.of("PAUSING", "PAUSED", "COMPLETE");

  private static final Set<String> NOT_PAUSED = Set.of("WAITING", "RUNNING", "COMPLETE");

  private final RecordedClient client;
  private final Jobs jobs;
  private final int open;
  private final Persistence persistence;
  private final Consumer<String> disobeyed;

  /**
   * @param open how many jobs are open at once
   * @param disobeyed told of each job whose state disagrees with the last request
   */
  Operator(
      RecordedClient client,
      Jobs jobs,
      int open,
      Persistence persistence,
      Consumer<String> disobeyed) {
    this.client = client;
    this.jobs = jobs;
    this.open = open;
    this.persistence = persistence;
    this.disobeyed = disobeyed;
  }

  void work() throws ProblemException, InterruptedException {
    SplittableRandom random = persistence.random();
    while (!persistence.over().getAsBoolean()) {
      List<Jobs.Known> now = jobs.open();
      if (now.size() < open) {
        submit(jobs.all().size() + 1);
      } else {
        pause(random, LEAST_BETWEEN_WORDS_MILLIS, MOST_BETWEEN_WORDS_MILLIS);
        Jobs.Known job = now.get(random.nextInt(now.size()));
        if (steer(job, true)) {
          pause(random, LEAST_PAUSED_MILLIS, MOST_PAUSED_MILLIS);
          requireObeyed(job, true);
          if (steer(job, false)) {
            requireObeyed(job, false);
          }
        }
      }
    }
  }

  private void submit(int number) throws ProblemException, InterruptedException {
    String name = Jobs.name(number);
    persistence
        .answerTo(() -> client.submit(jobs.spec(number), name))
        .ifPresent(id -> jobs.submitted(new Jobs.Known(id, name)));
  }

  /** Pauses or resumes the job; returns whether that was possible, as it may be complete by now. */
  private boolean steer(Jobs.Known job, boolean pause)
      throws ProblemException, InterruptedException {
    try {
      return persistence.answerTo(() -> client.steer(job.id(), pause)).isPresent();
    } catch (ProblemException e) {
      if (e.type().equals(Optional.of(ProblemType.JOB_OVER))) {
        return false;
      }
      throw e;
    }
  }

  private void requireObeyed(Jobs.Known job, boolean paused)
      throws ProblemException, InterruptedException {
    persistence
        .answerTo(() -> client.state(job.id()))
        .flatMap(state -> disobedience(job, paused, state))
        .ifPresent(disobeyed);
  }

  /** What is wrong with a job's state after it was paused or resumed. */
  static Optional<String> disobedience(Jobs.Known job, boolean paused, String state) {
    return (paused ? PAUSED : NOT_PAUSED).contains(state)
        ? Optional.empty()
        : Optional.of(
            "%s is %s, though it was %s last"
                .formatted(job.name(), state, paused ? "paused" : "resumed"));
  }

  private static void pause(SplittableRandom random, int least, int most)
      throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(least, most));
  }
}
