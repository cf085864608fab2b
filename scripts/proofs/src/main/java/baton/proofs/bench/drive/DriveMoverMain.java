package baton.proofs.bench.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.DriveRoot;
import baton.storage.drive.DriveStore;
import baton.storage.drive.oauth.MachineSignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Moves one file as a worker does, and prints how long it took: {@code API put FILE SHA256} or
 * {@code API get FILE SHA256 ID}.
 */
final class DriveMoverMain {
  private static final int WARM_UP = 48 << 20;

  private DriveMoverMain() {}

  public static void main(String[] args) throws StoreException, IOException {
    SecureRandom random = new SecureRandom();
    DriveSetup setup =
        new DriveSetup(
            DriveConnection.open(URI.create(args[0]), MachineSignIn.find(System.getenv())),
            DrivePolicy.standard(),
            StoreTime.ofMachine(),
            random);
    DriveRoot root = DriveRoot.findOrCreate(setup, Optional.empty(), () -> new StoreId("bench"));
    DriveStore store = new DriveStore(setup, root);
    String folder = "bench-" + Long.toHexString(random.nextLong());
    store.createFolder(folder);
    warmUp(store, folder);
    Path file = Path.of(args[2]);
    Sha256 sha256 = new Sha256(args[3]);

    long begun = System.nanoTime();
    String id;
    if (args[1].equals("put")) {
      FileEntry entry = store.put(folder, file, bytes -> {});
      require(entry.sha256().equals(sha256));
      id = entry.storeId();
    } else {
      id = args[4];
      store.get(id, file, bytes -> {});
      require(Sha256.ofFile(file).equals(sha256));
    }
    long nanos = System.nanoTime() - begun;
    System.out.printf("MOVED nanos=%d id=%s peakKb=%d%n", nanos, id, peakKb());
  }

  /** Warms up the JVM: a worker that saves has been running for a long time. */
  private static void warmUp(DriveStore store, String folder) throws StoreException, IOException {
    Path small = Files.createTempFile("baton-bench-", ".warm-up");
    try {
      Files.write(small, new byte[WARM_UP]);
      FileEntry entry = store.put(folder, small, bytes -> {});
      store.get(entry.storeId(), small, bytes -> {});
      require(Sha256.ofFile(small).equals(entry.sha256()));
    } finally {
      Files.delete(small);
    }
  }

  private static void require(boolean verified) throws IOException {
    if (!verified) {
      throw new IOException("the bytes are not those that were sent");
    }
  }

  private static long peakKb() throws IOException {
    return Files.readString(Path.of("/proc/self/status"))
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
