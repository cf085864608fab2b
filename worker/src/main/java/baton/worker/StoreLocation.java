package baton.worker;

import baton.storage.s3.S3Location;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where a worker's checkpoints are stored, as a person specifies it. */
public sealed interface StoreLocation {

  /** A directory, shared or of this worker alone. */
  record Directory(Path path) implements StoreLocation {}

  /** Whose sign-in to Google Drive a worker uses. */
  enum DriveAccess {
    /** The coordinator's, which lends access with each lease. */
    LENT,
    /** That of the worker's own machine. */
    OWN,
    /** The own machine's if there is one, otherwise the coordinator's. */
    OWN_OR_LENT
  }

  /**
   * A Google Drive.
   *
   * @param folder the name of the store's folder; empty for the first that this sign-in made
   * @param api the address of Drive's API, with a slash at its end
   */
  record Drive(Optional<String> folder, URI api, DriveAccess access) implements StoreLocation {}

  /** A bucket that speaks S3. */
  record Bucket(S3Location location) implements StoreLocation {}

  /** The coordinator's bucket, to which a worker has no keys: it lends addresses. */
  record LentBucket() implements StoreLocation {}
}
