package baton.protocol;

/** What a lease's holder is doing; each phase has time limits of its own (R10). */
public enum Phase {
  SETUP,
  DATA,
  RESTORE,
  TRAIN,
  EVALUATE,
  SAVE
}
