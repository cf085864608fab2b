package baton.coordinator.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The limits of a listener, so that no stranger can crash or stall it; docs/guide/operations.md
 * lists them.
 *
 * @param connections open at a time, in total
 * @param strangers connections among them without a valid token yet; the oldest makes room
 * @param ofOneAddress connections from one address, or requests of one client behind a proxy
 * @param header how long a whole header may take
 * @param body how long a whole body may take
 * @param idle how long a connection that sent a valid token may be silent
 * @param bodyBytes of all request bodies in memory
 * @param held long polls and watchers, in total
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

  /** The file descriptors that are left for files, the database and the store. */
  static final int DESCRIPTORS_FOR_OTHERS = 256;

  /** The most unsent bytes of one watcher. */
  static final int MOST_UNSENT = 64 << 10;

  static final HttpLimits DEFAULT = within(Long.MAX_VALUE);

  /** The limits on this machine, which limits how many files this process may open. */
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
