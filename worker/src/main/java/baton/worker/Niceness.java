package baton.worker;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The niceness of a thread (see nice(2)): a nicer thread yields the processor to others. Linux
 * ignores Java's thread priorities except for root, but everybody may raise the niceness.
 */
final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int OF_A_THREAD = 0;
  private static final int THE_CALLING_ONE = 0;

  private Niceness() {}

  /**
   * Raises the niceness of the calling thread and the threads it starts, if the system allows it.
   */
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

  /** The niceness of the calling thread; 0 if unknown. */
  static int ofThisThread() {
    return Platform.isLinux()
        ? Function.getFunction("c", "getpriority")
            .invokeInt(new Object[] {OF_A_THREAD, THE_CALLING_ONE})
        : 0;
  }
}
