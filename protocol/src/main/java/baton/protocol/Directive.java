package baton.protocol;

/** What the coordinator wants of a lease's holder, said in the answer to a renewal. */
public enum Directive {
  GO_ON,
  /** Save, commit, release: the job is paused. */
  CHECKPOINT_AND_RELEASE,
  /** The lease has ended: stop at once, save nothing. */
  STOP
}
