package baton.coordinator.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What a listener grants, so that no stranger can end or stall it; docs/guide/operations.md lists
 * the limits.
 *
 * @param connections open at a time, in all
 * @param strangers connections among them that have not borne a token yet; the oldest makes room
 * @param ofOneAddress connections from one address, or requests of one client behind a proxy
 * @param header how long a whole header may take
 * @param body how long a whole body may take
 * @param idle how long a connection that bore a token may be silent
 * @param bodyBytes of all bodies that are held at a time
 * @param held long polls and watchers, in all
 * @param watchersOfAToken streams of events that one token may hold
 */
record HttpLimits(
    int connections,
    int strangers,
    int ofOneAddress,
    Duration header,
    Duration body,
    Duration idle,
    long bodyBytes,
    int held,
    int watchersOfAToken) {
  static final int MOST_CONNECTIONS = 12_000;
  static final int MOST_STRANGERS = 1_000;
  static final int MOST_OF_ONE_ADDRESS = 512;
  static final Duration HEADER_WITHIN = Duration.ofSeconds(10);
  static final Duration BODY_WITHIN = Duration.ofSeconds(30);
  static final Duration IDLE_AT_MOST = Duration.ofSeconds(120);
  static final long MOST_BODY_BYTES = 32L << 20;
  static final int MOST_HELD = 600;
  static final int MOST_WATCHERS_OF_A_TOKEN = 20;

  static final int LONGEST_INITIAL_LINE = 2 << 10;
  static final int LONGEST_HEADER = 4 << 10;

  /** What is left to files, the database and the store, of what the machine lets it open. */
  static final int DESCRIPTORS_FOR_OTHERS = 256;

  /** What one watcher may have unsent. */
  static final int MOST_UNSENT = 64 << 10;

  static final HttpLimits DEFAULT = within(Long.MAX_VALUE);

  /** The limits of a machine that lets this process open only so many files. */
  static HttpLimits ofMachine() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? within(unix.getMaxFileDescriptorCount())
        : DEFAULT;
  }

  static HttpLimits within(long descriptors) {
    long most = Math.max(1, descriptors - DESCRIPTORS_FOR_OTHERS);
    return new HttpLimits(
        (int) Math.min(MOST_CONNECTIONS, most),
        (int) Math.min(MOST_STRANGERS, most),
        MOST_OF_ONE_ADDRESS,
        HEADER_WITHIN,
        BODY_WITHIN,
        IDLE_AT_MOST,
        MOST_BODY_BYTES,
        MOST_HELD,
        MOST_WATCHERS_OF_A_TOKEN);
  }
}
