package baton.worker.child;

/**
 * Told what a child prints, as text that is fit for a log, and how its start goes; on any thread.
 */
public interface ChildListener {
  /** It printed a line. */
  void printed(String line);

  /**
   * It drew its progress bars anew, all of them as one text.
   *
   * @param frame empty: there are none any more
   */
  void redrawn(String frame);

  /** A sentence about it, without its name. */
  void told(String sentence);
}
