package baton.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** Makes daemon threads: none of them keeps a worker alive that has decided to end. */
final class Threads {
  private Threads() {}

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
