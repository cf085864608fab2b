package baton.proofs.cluster;

import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Who keeps enough jobs open: as many as at first, and another one now and then. */
final class Operator {
  private static final int ANOTHER_EVERY_MILLIS = 5_000;
  private static final int AGAIN_AFTER_MILLIS = 300;
  private static final int TEMPORARY = 503;

  private final RecordedClient client;
  private final int atFirst;
  private final BooleanSupplier over;
  private final List<Jobs.Known> jobs = new CopyOnWriteArrayList<>();

  Operator(RecordedClient client, int atFirst, BooleanSupplier over) {
    this.client = client;
    this.atFirst = atFirst;
    this.over = over;
  }

  List<Jobs.Known> jobs() {
    return jobs;
  }

  void work() throws ProblemException, InterruptedException {
    while (!over.getAsBoolean()) {
      if (!submit(jobs.size() + 1)) {
        TimeUnit.MILLISECONDS.sleep(AGAIN_AFTER_MILLIS);
      } else if (jobs.size() >= atFirst) {
        TimeUnit.MILLISECONDS.sleep(ANOTHER_EVERY_MILLIS);
      }
    }
  }

  private boolean submit(int number) throws ProblemException, InterruptedException {
    try {
      String name = Jobs.name(number);
      jobs.add(new Jobs.Known(client.submit(Jobs.spec(number), name), name));
      return true;
    } catch (UnreachableException e) {
      return false;
    } catch (ProblemException e) {
      if (e.status() != TEMPORARY) {
        throw e;
      }
      return false;
    }
  }
}
