package baton.protocol.checkpoint;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a checkpoint's folder: {@code
 * <job>/<yyyyMMdd-HHmmss>Z-e<epoch>-b<batch>-f<fence>-s<counter>}. No two leases, and no two saves
 * of one lease, share one (R6). The date is for people; nothing is ordered by it.
 */
public record CheckpointFolder(
    JobId job, Instant time, Position position, Fence fence, int counter) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final Pattern PATH =
      Pattern.compile("([^/]+)/(\\d{8}-\\d{6}Z)-e(\\d+)-b(\\d+)-f(\\d+)-s(\\d+)");

  /** The path from the store's root, with forward slashes. */
  public String path() {
    return "%s/%s-%s-f%s-s%d".formatted(job, DATE.format(time), position, fence, counter);
  }

  /** Parses a path; empty if it is not that of a checkpoint's folder. */
  public static Optional<CheckpointFolder> parse(String path) {
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new CheckpointFolder(
              new JobId(parts.group(1)),
              DATE.parse(parts.group(2), Instant::from),
              new Position(Integer.parseInt(parts.group(3)), Integer.parseInt(parts.group(4))),
              new Fence(Long.parseLong(parts.group(5))),
              Integer.parseInt(parts.group(6))));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
