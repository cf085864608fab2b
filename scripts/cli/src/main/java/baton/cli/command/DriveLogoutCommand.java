package baton.cli.command;

import baton.storage.drive.oauth.DriveLogout;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code drive logout}. */
@Command(
    name = "logout",
    mixinStandardHelpOptions = true,
    description = {
      "Takes the consent back at Google and forgets it; files in Drive stay.",
      "Workers train on, and save again after the next login."
    })
public final class DriveLogoutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data = new DataOption();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println(sentence(data.attempt(DriveLogout::run)));
    out.flush();
    return 0;
  }

  private static String sentence(DriveLogout.Result result) {
    return switch (result) {
      case WAS_NOT_SIGNED_IN -> "Nobody is signed in.";
      case TAKEN_BACK ->
          "Signed out: Google knows of no consent any more, and it is forgotten here.";
      case HAD_ENDED -> "Signed out: the consent had ended already, and it is forgotten here.";
      case GOOGLE_NOT_REACHED ->
          "The consent is forgotten here, but Google could not be reached to take it back; remove"
              + " the app at myaccount.google.com/connections.";
    };
  }
}
