package baton.storage.drive.fake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Runs a fake Drive for a script: {@code FakeDriveMain [port [faults-file]]}. Prints {@code DRIVE
 * <base> CLIENT <id> REFRESH <token> ACCESS <token>} once it listens, then a line {@code FAULT …}
 * for each fault that strikes.
 */
public final class FakeDriveMain {
  private static final String CLIENT = "fake-client";
  private static final String USER = "runner@example.com";

  private FakeDriveMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
    Path folder = Files.createTempDirectory("fake-drive");
    FakeDrive drive = FakeDrive.start(folder, port, InstantSource.system());
    drive.deviceCodes().pollEvery(Duration.ofSeconds(1)); // a script agrees at once
    drive.faults().tell(fault -> System.out.println("FAULT " + fault));
    if (args.length > 1) {
      FaultScript.load(Files.readString(Path.of(args[1])), drive.faults());
    }
    System.out.printf(
        "DRIVE %s CLIENT %s REFRESH %s ACCESS %s%n",
        drive.base(),
        CLIENT,
        drive.auth().consent(CLIENT, USER, FakeAuth.DRIVE_FILE),
        drive.auth().accessToken(CLIENT, USER, FakeAuth.DRIVE_FILE));
    Thread.currentThread().join();
  }
}
