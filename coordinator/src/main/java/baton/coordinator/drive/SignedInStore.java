package baton.coordinator.drive;

import baton.storage.drive.ConsentFile;
import baton.storage.drive.DriveConsent;
import baton.storage.drive.DriveKeeper;
import baton.storage.drive.DrivePolicy;
import baton.storage.drive.DriveSetup;
import baton.storage.drive.DriveTime;
import baton.storage.drive.SignInException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of the sign-in that a data directory keeps, as it is now: a sign-in or a sign-out is
 * seen by its file, and no restart is needed.
 */
public final class SignedInStore implements Supplier<Optional<DriveKeeper>> {
  private static final Logger LOG = LoggerFactory.getLogger(SignedInStore.class);

  private final ConsentFile file;
  private final DriveTime time;
  private final RandomGenerator random;
  private Optional<FileStamp> seen = Optional.empty();
  private Optional<DriveKeeper> keeper = Optional.empty();

  public SignedInStore(ConsentFile file, DriveTime time, RandomGenerator random) {
    this.file = file;
    this.time = time;
    this.random = random;
  }

  @Override
  public synchronized Optional<DriveKeeper> get() {
    Optional<FileStamp> stamp = FileStamp.of(file.path());
    if (!stamp.equals(seen)) {
      seen = stamp;
      keeper = read();
    }
    return keeper;
  }

  private Optional<DriveKeeper> read() {
    try {
      return file.consent().map(this::keeper);
    } catch (SignInException e) {
      LOG.warn("{}", e.getMessage());
      return Optional.empty();
    }
  }

  private DriveKeeper keeper(DriveConsent consent) {
    DriveSetup setup = consent.setup(DrivePolicy.standard(), time, random);
    return new DriveKeeper(setup, consent.account().root());
  }
}
