package baton.storage.drive;

import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.About;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The user and the space of a Drive. Files in the trash count as used.
 *
 * @param limit in bytes; empty: there is none
 */
public record DriveSpace(String user, OptionalLong limit, long used, long usedByTrash) {
  private static final long MB = 1_000_000;
  private static final long GB = 1_000 * MB;

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

  /** Whether there is room for this many more bytes. */
  public boolean holds(long bytes) {
    return limit.isEmpty() || bytes <= limit.getAsLong() - used;
  }

  /** Such as {@code 3.2 GB of 15.0 GB used, 0.4 GB of it in the trash}. */
  public String inWords() {
    return text(used)
        + (limit.isPresent() ? " of " + text(limit.getAsLong()) : "")
        + " used"
        + (usedByTrash > 0 ? ", " + text(usedByTrash) + " of it in the trash" : "");
  }

  /** A sentence with the figures: there is no room for this many bytes. */
  String lacks(long bytes) {
    long most = limit.orElse(Long.MAX_VALUE);
    return ("Google Drive has %s of %s left and this checkpoint needs %s, so it was not uploaded;"
            + " make room there (its trash holds %s), or keep fewer checkpoints.")
        .formatted(text(Math.max(0, most - used)), text(most), text(bytes), text(usedByTrash));
  }

  private static String text(long bytes) {
    return bytes < GB
        ? String.format(Locale.ROOT, "%.1f MB", bytes / (double) MB)
        : String.format(Locale.ROOT, "%.1f GB", bytes / (double) GB);
  }
}
