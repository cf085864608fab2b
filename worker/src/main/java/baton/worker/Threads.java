package baton.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** Makes daemon threads, so that none of them keeps a worker alive that has decided to end. */
public final class Threads {
  /**
   * With this niceness a thread gets about a quarter of a contended processor, and all of an idle
   * one.
   */
  private static final int NICE = 5;

  private Threads() {}

  /** A thread that uses idle processors and yields to training otherwise. */
  public static ExecutorService background(String name) {
    ThreadFactory daemons = daemons(name);
    return Executors.newSingleThreadExecutor(
        work ->
            daemons.newThread(
                () -> {
                  Niceness.raiseTo(NICE);
                  work.run();
                }));
  }

  static ExecutorService single(String name) {
    return Executors.newSingleThreadExecutor(daemons(name));
  }

  static ExecutorService asNeeded(String name) {
    return Executors.newCachedThreadPool(daemons(name));
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
