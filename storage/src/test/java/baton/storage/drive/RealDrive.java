package baton.storage.drive;

import baton.protocol.StoreId;
import baton.storage.StoreTime;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * A store of its own in the real Drive, for the one test that asks Google whether our reading of
 * its documentation is right. Deleted for good at the end, with nothing else.
 */
public final class RealDrive implements AutoCloseable {
  private static final String SCOPE = "https://www.googleapis.com/auth/drive.file";

  private final DriveSetup setup;
  private final DriveRoot root;

  private RealDrive(DriveSetup setup, DriveRoot root) {
    this.setup = setup;
    this.root = root;
  }

  /**
   * Makes a new store.
   *
   * @param credentials a file as {@code gcloud auth application-default login} writes it
   */
  public static RealDrive create(Path credentials) throws Exception {
    DriveConnection connection =
        DriveConnection.open(DriveConnection.GOOGLE, new SignIn(read(credentials)));
    DriveSetup setup =
        new DriveSetup(connection, DrivePolicy.standard(), StoreTime.ofMachine(), new Random());
    StoreId id = new StoreId(UUID.randomUUID().toString());
    String folder =
        new DriveFiles(setup)
            .createFolder("Baton contract test", "root", AppProperties.of(id, AppProperties.ROOT));
    return new RealDrive(setup, new DriveRoot(folder, id));
  }

  private static GoogleCredentials read(Path credentials) throws IOException {
    try (InputStream in = Files.newInputStream(credentials)) {
      return GoogleCredentials.fromStream(in).createScoped(List.of(SCOPE));
    }
  }

  /** One more session of the store. */
  public DriveStore open() throws Exception {
    return new DriveStore(setup, DriveRoot.open(setup, root.folderId()));
  }

  @Override
  public void close() throws IOException {
    setup.connection().drive().files().delete(root.folderId()).execute();
  }
}
