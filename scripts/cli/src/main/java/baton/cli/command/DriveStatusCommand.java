package baton.cli.command;

import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveSpace;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.ConsentedAccess;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code drive status}: whose Drive it is, how full, and whether Google still agrees.
 */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows whose Drive it is, how full it is, and whether the consent still works.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:it works", "1:it does not; the last line says why and what to do"})
public final class DriveStatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data = new DataOption();

  @Override
  public Integer call() {
    return data.attempt(this::tell);
  }

  private int tell(ConsentFile file) throws SignInException {
    PrintWriter out = spec.commandLine().getOut();
    Optional<DriveAccount> account = file.account();
    if (account.isEmpty()) {
      return bad(
          "This coordinator was never signed in to a Google Drive; run 'baton drive login'.");
    }
    out.println("Google Drive of " + account.get().identity());
    out.println("  store    " + account.get().store());
    out.println("  client   " + account.get().client());
    out.println("  scope    drive.file: what Baton made itself, and nothing else");
    out.flush();
    Optional<DriveConsent> consent = file.consent();
    if (consent.isEmpty()) {
      return bad("Nobody is signed in; run 'baton drive login'.");
    }
    return tell(consent.get(), out);
  }

  private int tell(DriveConsent consent, PrintWriter out) throws SignInException {
    DriveSetup setup =
        DriveSetup.of(
            consent, DrivePolicy.standard().once(), StoreTime.ofMachine(), new SecureRandom());
    try {
      ConsentedAccess.get(consent);
      out.println("  space    " + DriveSpace.read(setup).inWords());
      DriveRoot.open(setup, consent.account().folder());
      out.println("  consent  works");
      out.flush();
      return ExitCode.OK;
    } catch (IOException e) {
      return bad("Google gives no answer; check this machine's network and try again.");
    } catch (StoreException e) {
      out.flush();
      return bad(e.getMessage());
    }
  }

  private int bad(String sentence) {
    spec.commandLine().getErr().println(sentence);
    return ExitCode.SOFTWARE;
  }
}
