package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalLong;

/** The user's space: what is in the trash counts as well. */
public final class Quota {
  private final FakeFiles files;
  private OptionalLong limit = OptionalLong.empty();

  Quota(FakeFiles files) {
    this.files = files;
  }

  public synchronized void limit(long bytes) {
    limit = OptionalLong.of(bytes);
  }

  public synchronized void unlimited() {
    limit = OptionalLong.empty();
  }

  synchronized void require(long bytes) {
    if (limit.isPresent() && files.bytes() + bytes > limit.getAsLong()) {
      throw new DriveError(
          403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.");
    }
  }

  /** Numbers of 64 bits are strings in Google's JSON; no limit means unlimited. */
  synchronized void writeTo(ObjectNode quota) {
    limit.ifPresent(bytes -> quota.put("limit", Long.toString(bytes)));
    quota.put("usage", Long.toString(files.bytes()));
    quota.put("usageInDrive", Long.toString(files.bytes()));
    quota.put("usageInDriveTrash", Long.toString(files.bytesInTrash()));
  }
}
