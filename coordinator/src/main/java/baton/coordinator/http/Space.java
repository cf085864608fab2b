package baton.coordinator.http;

import baton.protocol.message.StatusView.DriveView;
import java.util.Locale;

/** The space in a Drive, in words. */
final class Space {
  private static final double MB = 1e6;
  private static final double GB = 1e9;

  private Space() {}

  static String used(DriveView drive) {
    if (drive.usedBytes() == null) {
      return "its space is not known yet";
    }
    String of = drive.limitBytes() == null ? "" : " of " + text(drive.limitBytes());
    boolean trash = drive.trashBytes() != null && drive.trashBytes() > 0;
    return text(drive.usedBytes())
        + of
        + " used"
        + (trash ? ", " + text(drive.trashBytes()) + " of it in the trash" : "");
  }

  private static String text(long bytes) {
    return bytes < GB
        ? String.format(Locale.ROOT, "%.1f MB", bytes / MB)
        : String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
