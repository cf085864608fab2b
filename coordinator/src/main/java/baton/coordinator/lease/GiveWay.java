package baton.coordinator.lease;

/** When a holder gives its lease back so that somebody else has a turn. */
public enum GiveWay {
  /** It trains on. */
  NOT_NOW,
  /** With the first save at or after its segment's end. */
  AT_SEGMENT_END,
  /** With the next save, wherever that is. */
  WITH_NEXT_SAVE
}
