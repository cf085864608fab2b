package baton.worker.drive;

import baton.worker.segment.StoreException;
import com.google.api.services.drive.model.About;
import java.util.OptionalLong;

/**
 * Whose Drive it is and how much room is in it. What lies in the trash counts as used.
 *
 * @param limit in bytes; empty: there is none
 */
public record DriveSpace(String user, OptionalLong limit, long used, long usedByTrash) {

  public static DriveSpace read(DriveSetup setup) throws StoreException {
    About about =
        setup.call(
            "ask for the space in Google Drive",
            () ->
                setup
                    .connection()
                    .drive()
                    .about()
                    .get()
                    .setFields("user(emailAddress),storageQuota")
                    .execute());
    About.StorageQuota quota = about.getStorageQuota();
    return new DriveSpace(
        about.getUser().getEmailAddress(),
        quota.getLimit() == null ? OptionalLong.empty() : OptionalLong.of(quota.getLimit()),
        orNone(quota.getUsage()),
        orNone(quota.getUsageInDriveTrash()));
  }

  private static long orNone(Long bytes) {
    return bytes == null ? 0 : bytes;
  }

  /** Whether so many bytes more find room. */
  public boolean holds(long bytes) {
    return limit.isEmpty() || used + bytes <= limit.getAsLong();
  }
}
