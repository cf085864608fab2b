package baton.worker.child;

/**
 * Receives a child's output, as text fit for a log, and the progress of its start; called on any
 * thread.
 */
public interface ChildListener {
  /** The child printed a line. */
  void printed(String line);

  /**
   * The child redrew its progress bars.
   *
   * @param frame all bars as one text; empty: there are none any more
   */
  void redrawn(String frame);

  /** A sentence about the child, without its name. */
  void told(String sentence);
}
