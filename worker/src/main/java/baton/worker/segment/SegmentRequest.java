package baton.worker.segment;

/** What a session asks of its coordinator. */
public enum SegmentRequest {
  ASK,
  RENEW,
  COMMIT,
  RELEASE
}
