package baton.coordinator.lease;

/** When a holder gives its lease back in favour of another job or worker. */
public enum GiveWay {
  /** It trains on. */
  NOT_NOW,
  /** After the first commit at or beyond its segment's end. */
  AT_SEGMENT_END,
  /** After the next commit, wherever that is. */
  WITH_NEXT_SAVE
}
