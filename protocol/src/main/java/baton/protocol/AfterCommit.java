package baton.protocol;

/** What a lease's holder does after a commit. */
public enum AfterCommit {
  /** Train on to the segment end that comes with the answer. */
  TRAIN_ON,
  /**
   * Give the job back: it is the turn of another job, or of a worker whose session lasts longer.
   */
  RELEASE,
  /** The job is complete and the lease has ended. */
  COMPLETE
}
