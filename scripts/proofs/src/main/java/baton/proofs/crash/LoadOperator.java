package baton.proofs.crash;

import baton.proofs.crash.Acknowledged.Steered;
import baton.proofs.crash.Acknowledged.Submitted;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.ProblemType;
import baton.protocol.Retention;
import baton.protocol.StoreId;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.message.JobView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A person in a hurry: keeps a few jobs open, and pauses and resumes them now and then. */
final class LoadOperator implements CrashTrial.Part {
  static final String PROGRAM = "load";

  private static final int JOBS = 4;
  private static final int EPOCHS = 40;
  private static final int MANY = 1_000_000;

  /** Short leases, so that those of vanished workers run out between two kills. */
  private static final Duration TTL = Duration.ofSeconds(2);

  private final CoordinatorClient client;
  private final Ledger ledger;
  private final Repeats repeats;
  private final SplittableRandom random;
  private final Persistence persistence;
  private int submitted;

  LoadOperator(CoordinatorClient admin, Ledger ledger, Repeats repeats, SplittableRandom random) {
    this.client = admin;
    this.ledger = ledger;
    this.repeats = repeats;
    this.random = random;
    this.persistence = new Persistence(random.split());
  }

  @Override
  public void step() throws ProblemException, InterruptedException {
    List<JobId> open = ledger.openJobs();
    if (open.size() < JOBS) {
      submit();
    } else {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(50, 400));
      JobId job = open.get(random.nextInt(open.size()));
      if (steer(job, true)) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(10, 150));
        steer(job, false);
      }
    }
  }

  private void submit() throws ProblemException, InterruptedException {
    String name = "job-" + ++submitted;
    Optional<String> key = Optional.of("key-" + submitted);
    JobSpec spec = spec(name);
    JobView made = persistence.answerTo(() -> client.submit(spec, key));
    ledger.add(new Submitted(made.id(), name));
    repeats.remember(
        () ->
            client.submit(spec, key).id().equals(made.id())
                ? Optional.empty()
                : Optional.of("%s was submitted again and is another job now".formatted(name)));
  }

  /** Returns whether the job could be steered: it may be complete by now. */
  private boolean steer(JobId job, boolean pause) throws ProblemException, InterruptedException {
    ledger.steering(job);
    try {
      persistence.answerTo(() -> pause ? client.pause(job) : client.resume(job));
      ledger.add(new Steered(job, pause, ledger.tick()));
      return true;
    } catch (ProblemException e) {
      if (e.type().equals(Optional.of(ProblemType.JOB_OVER))) {
        return false;
      }
      throw e;
    }
  }

  /** Churn is what is wanted here, so no budget ends it. */
  private JobSpec spec(String name) {
    Policy base = Policy.DEFAULT;
    Policy policy =
        new Policy(
            TTL,
            2,
            Cadence.EVERY_EPOCH,
            3,
            MANY,
            MANY,
            3,
            base.barFor(),
            base.limits(),
            Retention.NEWEST_ONLY);
    return new JobSpec(
        name,
        PROGRAM,
        Map.of(),
        EPOCHS,
        submitted,
        0,
        Optional.of(new StoreId("store")),
        policy,
        Optional.empty());
  }
}
