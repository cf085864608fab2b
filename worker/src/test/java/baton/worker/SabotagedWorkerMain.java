package baton.worker;

import baton.worker.train.Sabotage;
import java.util.Locale;

/**
 * A worker whose own programs resume wrongly, as the variable {@code SABOTAGE} names it: the
 * negative control of exactness. It is among the tests, so that no worker can be told to do it.
 */
public final class SabotagedWorkerMain {
  private SabotagedWorkerMain() {}

  public static void main(String[] args) {
    Sabotage sabotage = Sabotage.valueOf(System.getenv("SABOTAGE").toUpperCase(Locale.ROOT));
    System.exit(new WorkerMain(sabotage::of).execute(args));
  }
}
