package baton.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** Makes daemon threads: none of them keeps a worker alive that has decided to end. */
public final class Threads {
  /** A quarter of a processor that another wants too, and all of one that nobody else wants. */
  private static final int NICE = 5;

  private Threads() {}

  /** A thread that works where training leaves a processor idle, and gives way to it elsewhere. */
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
