package baton.storage.drive.transfer;

import java.time.Duration;

/**
 * How bytes are transferred to and from Drive, and when a transfer is given up.
 *
 * @param chunk bytes sent in one request; a multiple of 256 KiB
 * @param range bytes requested at once; each request costs 200 of 325,000 units a minute
 * @param parallel ranges of one file that are read in parallel
 * @param failures in a row without a byte of progress that end a transfer
 * @param failuresOfSession in a row after which an upload tries a new session
 * @param grace the time any transfer may take, whatever its size
 * @param slowest bytes a second; a slower transfer is given up in the end
 * @param crawlAfter how long an upload session runs before its rate is judged
 * @param crawlFactor a session this many times slower than usual is replaced
 * @param indexLag how long a file that exists may be missing in lists
 */
public record DrivePolicy(
    int chunk,
    long range,
    int parallel,
    int failures,
    int failuresOfSession,
    Duration grace,
    long slowest,
    Duration crawlAfter,
    int crawlFactor,
    Duration indexLag) {
  public static final int BLOCK = 256 * 1024;
  private static final int LARGEST_CHUNK = 1 << 30;

  public DrivePolicy {
    if (chunk < BLOCK || chunk > LARGEST_CHUNK || chunk % BLOCK != 0) {
      throw new IllegalArgumentException(
          "a chunk is a multiple of 256 KiB, 1 GiB at most, not %d bytes".formatted(chunk));
    }
    if (range < 1
        || parallel < 1
        || failures < 1
        || failuresOfSession < 1
        || slowest < 1
        || crawlFactor < 2) {
      throw new IllegalArgumentException("a policy for Drive has no zeros: it would never move");
    }
  }

  /** For real use. */
  public static DrivePolicy standard() {
    return new DrivePolicy(
        64 << 20,
        64L << 20,
        4,
        8,
        4,
        Duration.ofMinutes(10),
        100_000,
        Duration.ofSeconds(15),
        8,
        Duration.ofSeconds(30));
  }

  /** The policy without retries, for callers that try again later anyway. */
  public DrivePolicy once() {
    return new DrivePolicy(
        chunk,
        range,
        parallel,
        1,
        failuresOfSession,
        grace,
        slowest,
        crawlAfter,
        crawlFactor,
        indexLag);
  }

  /** How long a transfer of this many bytes may take. */
  Duration deadline(long bytes) {
    return grace.plusSeconds(bytes / slowest);
  }
}
