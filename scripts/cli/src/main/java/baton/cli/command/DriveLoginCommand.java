package baton.cli.command;

import baton.protocol.StoreId;
import baton.storage.StoreTime;
import baton.storage.drive.DriveLogin;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.OAuthClient;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code drive login}: a code on this screen, the consent on any other device. */
@Command(
    name = "login",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lets a coordinator keep checkpoints in your Google Drive, and lend workers access to them.",
      "Baton sees the files that it made itself, and nothing else of your Drive."
    })
public final class DriveLoginCommand implements Callable<Integer> {
  private static final int ID_BYTES = 8;

  @Spec private CommandSpec spec;
  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--client",
      paramLabel = "FILE",
      required = true,
      description = {
        "Your OAuth client of the type 'TVs and Limited Input devices', as downloaded from the",
        "Google Cloud console."
      })
  private Path client;

  @Option(
      names = "--drive-folder",
      paramLabel = "NAME",
      description = "The store's folder in Google Drive. Default: the first made, or else Baton")
  private String folder;

  @Option(
      names = "--another-store",
      description = "Leave the store that this coordinator's jobs so far are in.")
  private boolean anotherStore;

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SecureRandom random = new SecureRandom();
    DriveAccount account =
        data.attempt(
            file ->
                new DriveLogin(file, api, StoreTime.ofMachine(), random, () -> newId(random))
                    .run(
                        new DriveLogin.Wish(
                            OAuthClient.read(client), Optional.ofNullable(folder), anotherStore),
                        (address, code, expiresIn) -> show(out, address, code, expiresIn)));
    out.println("Signed in as %s. The store is %s.".formatted(account.identity(), account.store()));
    out.println("A running coordinator sees this by itself. A worker needs only: --store drive");
    out.flush();
    return 0;
  }

  private static void show(PrintWriter out, String address, String code, Duration expiresIn) {
    out.println();
    out.println("  On any device with a browser");
    out.println("    open     " + address);
    out.println("    type     " + code);
    out.println("    choose   the account whose Drive is to hold the checkpoints, and agree");
    out.println();
    out.println("The code holds for %d minutes. Waiting ...".formatted(expiresIn.toMinutes()));
    out.flush();
  }

  private static StoreId newId(SecureRandom random) {
    byte[] drawn = new byte[ID_BYTES];
    random.nextBytes(drawn);
    return new StoreId("store-" + HexFormat.of().formatHex(drawn));
  }
}
