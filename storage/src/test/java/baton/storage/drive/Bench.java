package baton.storage.drive;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.fake.FakeDrive;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.OAuthClient;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import com.google.auth.oauth2.UserCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** A fake Drive with a user who has agreed, and sessions of workers on it. */
public final class Bench implements AutoCloseable {
  public static final String CLIENT = "baton-client";
  private static final String SECRET = "fake-client-secret-1";
  private static final int BLOCK = DrivePolicy.BLOCK;

  /** Small chunks and ranges, so that small files have many. */
  static final DrivePolicy SMALL =
      new DrivePolicy(
          BLOCK,
          300_000,
          3,
          8,
          4,
          Duration.ofMinutes(10),
          100_000,
          Duration.ofSeconds(15),
          8,
          Duration.ofSeconds(30));

  private final VirtualTime time = new VirtualTime();
  private final long seed;
  private final FakeDrive drive;
  private volatile Duration driveClockAhead = Duration.ZERO;
  private String refreshToken;

  public Bench(Path folder, long seed) throws IOException {
    this.seed = seed;
    this.drive = FakeDrive.start(folder, 0, () -> time.clock().instant().plus(driveClockAhead));
    signInAgain();
  }

  /** The user agrees once more; sessions opened from now on use that. */
  public void signInAgain() {
    refreshToken = drive.auth().consent(CLIENT, "user@example.com", FakeAuth.DRIVE_FILE);
  }

  /** From now on Drive's clock is so far ahead of the sessions'. */
  public void setDriveClockAhead(Duration ahead) {
    driveClockAhead = ahead;
  }

  public FakeDrive drive() {
    return drive;
  }

  public VirtualTime time() {
    return time;
  }

  DriveSetup setup() {
    return setup(SMALL, CLIENT, refreshToken);
  }

  DriveSetup setup(DrivePolicy policy, String client, String token) {
    UserCredentials credentials =
        UserCredentials.newBuilder()
            .setClientId(client)
            .setClientSecret(SECRET)
            .setRefreshToken(token)
            .setTokenServerUri(drive.base().resolve("token"))
            .build();
    DriveConnection connection = DriveConnection.open(drive.base(), new SignIn(credentials));
    return new DriveSetup(connection, policy, time, new Random(seed));
  }

  /** A person signs a coordinator in, with a client of his own, and agrees at once. */
  public DriveAccount signIn(ConsentFile file, String client, String user) throws Exception {
    HookedTime reading = new HookedTime(time);
    AtomicReference<String> shown = new AtomicReference<>();
    reading.onWaking(sleep -> drive.deviceCodes().approve(shown.get(), user));
    return new DriveLogin(
            file, drive.base(), reading, new Random(seed), () -> new StoreId("store-of-" + client))
        .run(
            new DriveLogin.Wish(new OAuthClient(client, SECRET), Optional.empty(), false),
            (address, code, expiresIn) -> shown.set(code));
  }

  /** One more session of the one store. */
  public DriveStore open() throws Exception {
    DriveSetup setup = setup();
    return new DriveStore(
        setup, DriveRoot.findOrCreate(setup, Optional.empty(), () -> new StoreId("store-1")));
  }

  /** The Drive id of the store's root. */
  public String rootFolder() throws StoreException {
    return DriveRoot.find(setup()).orElseThrow().folderId();
  }

  @Override
  public void close() throws IOException {
    drive.close();
  }
}
