package baton.protocol;

/** What a lease's holder is busy with; each has limits of its own (R10). */
public enum Phase {
  SETUP,
  DATA,
  RESTORE,
  TRAIN,
  EVALUATE,
  SAVE
}
