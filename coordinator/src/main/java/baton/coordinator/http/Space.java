package baton.coordinator.http;

import baton.protocol.message.StatusView.DriveView;
import java.util.Locale;

/** The space in a Drive, in words. */
final class Space {
  private static final double GB = 1e9;

  private Space() {}

  static String used(DriveView drive) {
    if (drive.usedBytes() == null) {
      return "its space is not known yet";
    }
    String of = drive.limitBytes() == null ? "" : " of " + gigabytes(drive.limitBytes());
    boolean trash = drive.trashBytes() != null && drive.trashBytes() > 0;
    return gigabytes(drive.usedBytes())
        + of
        + " used"
        + (trash ? ", " + gigabytes(drive.trashBytes()) + " of it in the trash" : "");
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
