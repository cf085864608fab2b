package baton.storage.drive.fake;

/** What goes wrong with a request. */
public sealed interface Action {

  /** Answers with an error instead of doing what was asked. */
  record Refuse(int status, String reason) implements Action {}

  /** Drops the connection after so many bytes of the request's body; what came is kept. */
  record CutRequest(long afterBytes) implements Action {}

  /** Does what was asked, and drops the connection instead of answering. */
  record LoseReply() implements Action {}

  /** Drops the connection after so many bytes of the answer's body. */
  record CutReply(long afterBytes) implements Action {}

  /** Moves bytes at this rate, in both directions. */
  record Slow(long bytesPerSecond) implements Action {}

  /** Answers a chunk with 308 and keeps nothing of it. */
  record NoProgress() implements Action {}

  /** Answers 308 although the file is whole. */
  record Hesitate() implements Action {}

  /** Forgets all upload sessions, as Drive does after a week and sometimes sooner. */
  record ForgetSessions() implements Action {}

  /** Tells another sha256 than that of the bytes. */
  record WrongSha256() implements Action {}

  /** Flips the first bit of a download. */
  record FlipBit() implements Action {}

  /** Answers a request for a range with the whole file. */
  record IgnoreRange() implements Action {}

  /** Does something to the fake before the request is looked at. */
  record First(Runnable deed) implements Action {}
}
