package baton.protocol;

/** Who compared a checkpoint's files in the store with its manifest before the commit (R5). */
public enum Verified {
  COORDINATOR,
  WORKER
}
