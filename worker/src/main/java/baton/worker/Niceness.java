package baton.worker;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How willingly a thread waits for the others of its machine. Java has priorities for threads, and
 * Linux heeds them for nobody but root; its own niceness anybody may raise.
 */
final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int OF_A_THREAD = 0;
  private static final int THE_CALLING_ONE = 0;

  private Niceness() {}

  /** Makes the calling thread, and whom it starts, this nice, where the system lets it. */
  static void raiseTo(int nice) {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      Function.getFunction("c", "setpriority")
          .invokeInt(new Object[] {OF_A_THREAD, THE_CALLING_ONE, nice});
    } catch (UnsatisfiedLinkError e) {
      LOG.debug("No niceness", e);
    }
  }

  /** That of the calling thread; 0 where there is none. */
  static int ofThisThread() {
    return Platform.isLinux()
        ? Function.getFunction("c", "getpriority")
            .invokeInt(new Object[] {OF_A_THREAD, THE_CALLING_ONE})
        : 0;
  }
}
