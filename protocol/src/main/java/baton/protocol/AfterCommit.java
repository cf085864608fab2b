package baton.protocol;

/** What a lease's holder does after a commit. */
public enum AfterCommit {
  /** Train on to the segment end that comes with the answer. */
  TRAIN_ON,
  /** Another job, or a worker whose session lasts longer, has its turn. */
  RELEASE,
  /** The job is complete and the lease has ended. */
  COMPLETE
}
