package baton.worker.segment;

/** What a session asks of its coordinator. */
public enum Request {
  ASK,
  RENEW,
  COMMIT,
  RELEASE
}
