package baton.cli.relay;

import baton.worker.WorkerMain;
import java.io.PrintStream;

/**
 * A worker that never says that a job is complete: so does one whose renewal is answered before its
 * last commit is.
 */
public final class HushedWorkerMain {
  private HushedWorkerMain() {}

  public static void main(String[] args) {
    PrintStream out = System.out;
    System.setOut(
        new PrintStream(out, true) {
          @Override
          public void println(String line) {
            if (!line.endsWith("is complete")) {
              super.println(line);
            }
          }
        });
    WorkerMain.main(args);
  }
}
