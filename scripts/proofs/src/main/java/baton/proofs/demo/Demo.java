package baton.proofs.demo;

import baton.cli.process.SiteFailure;
import baton.cli.process.TemporaryFolder;
import baton.protocol.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code demo}: trains one job unbroken, then as a relay of killed workers. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Trains handwritten digits as a relay of workers that are killed, with a coordinator that is",
      "killed too, and compares the result with the unbroken run, bit for bit."
    })
public final class Demo implements Callable<Integer> {
  private static final int FEWEST_EPOCHS = 8;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "Draws all; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--kills",
      defaultValue = "3",
      description = "Workers killed in mid-training; default: ${DEFAULT-VALUE}.")
  private int kills;

  @Option(
      names = "--epochs",
      defaultValue = "24",
      description = "Epochs of the job; default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--store",
      defaultValue = "directory",
      description = {
        "Where checkpoints live: ${COMPLETION-CANDIDATES}. Drive is a fake one on this machine,",
        "with faults. Default: ${DEFAULT-VALUE}."
      })
  private Kind store;

  @Option(
      names = "--own-sign-in",
      description = {
        "With the fake Drive, each worker signs in by itself. Without it, the coordinator is signed",
        "in, and workers borrow its access."
      })
  private boolean ownSignIn;

  /** A kind of store. */
  enum Kind {
    directory,
    drive
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (epochs < FEWEST_EPOCHS || kills < 1 || kills > epochs / 3) {
      throw new ParameterException(
          spec.commandLine(),
          "The demo needs at least %d epochs, and 1 kill for every 3 epochs at most."
              .formatted(FEWEST_EPOCHS));
    }
    try (TemporaryFolder folder = TemporaryFolder.named("baton-demo");
        DemoSetup stage = new DemoSetup(folder.path(), opening(), out::println, line -> {})) {
      Sha256 unbroken = Unbroken.train(stage, seed, epochs);
      DemoPlan script = DemoPlan.drawnFrom(seed, kills, epochs);
      DemoRun.Report report = new DemoRun(stage, script, seed).play();
      return DemoVerdict.of(report, unbroken, script, stage.store.failures()).tell(out);
    } catch (SiteFailure e) {
      out.println("RELAY FAILED " + e.getMessage());
      return 1;
    } finally {
      out.flush();
    }
  }

  private DemoSetup.Opening opening() {
    if (store == Kind.directory) {
      return DirectoryOnStage::in;
    }
    return ownSignIn ? DriveOnStage::own : DriveOnStage::lent;
  }
}
