package baton.protocol.checkpoint;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The name of a checkpoint's folder: {@code
 * <job>/<yyyyMMdd-HHmmss>Z-e<epoch>-b<batch>-f<fence>-s<counter>}. No two leases, and no two saves
 * of one lease, share one (R6). Its date is for people; it orders nothing.
 */
public record CheckpointFolder(
    JobId job, Instant time, Position position, Fence fence, int counter) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** The path from the store's root, with forward slashes. */
  public String path() {
    return "%s/%s-%s-f%s-s%d".formatted(job, DATE.format(time), position, fence, counter);
  }
}
