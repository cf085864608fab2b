package baton.storage.drive;

import baton.protocol.StoreId;
import baton.storage.CheckpointStore;
import baton.storage.StoreLocator;
import baton.storage.StoreTime;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.FileStamp;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of the sign-in in a data directory. It notices a sign-in or a sign-out by the file, so
 * no restart is needed.
 */
public final class SignedInStore implements StoreLocator {
  private static final Logger LOG = LoggerFactory.getLogger(SignedInStore.class);

  private final ConsentFile file;
  private final StoreTime time;
  private final RandomGenerator random;
  private Optional<FileStamp> seen = Optional.empty();
  private Optional<CheckpointStore> store = Optional.empty();

  public SignedInStore(ConsentFile file, StoreTime time, RandomGenerator random) {
    this.file = file;
    this.time = time;
    this.random = random;
  }

  @Override
  public synchronized Optional<CheckpointStore> find() {
    Optional<FileStamp> stamp = FileStamp.of(file.path());
    if (!stamp.equals(seen)) {
      seen = stamp;
      store = read();
    }
    return store;
  }

  @Override
  public String whyNot(StoreId wanted) {
    return "This coordinator is not signed in to the Google Drive that holds the store %s. Run 'baton drive login' where it runs."
        .formatted(wanted);
  }

  private Optional<CheckpointStore> read() {
    try {
      return file.consent().map(this::open);
    } catch (SignInException e) {
      LOG.warn("{}", e.getMessage());
      return Optional.empty();
    }
  }

  private DriveStore open(DriveConsent consent) {
    DriveSetup setup = DriveSetup.of(consent, DrivePolicy.standard(), time, random);
    return new DriveStore(setup, DriveRoot.of(consent.account()));
  }
}
