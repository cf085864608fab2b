package baton.storage.drive.transfer;

import java.time.Duration;

/** The rate of one upload session since its start. */
final class SessionPace {
  private final DriveSetup setup;
  private final UsualRate usual;
  private final Duration start;
  private final boolean bearable;
  private long bytes;
  private boolean crawls;

  /**
   * @param bearable whether even a crawling session is tolerated
   */
  SessionPace(DriveSetup setup, UsualRate usual, boolean bearable) {
    this.bearable = bearable;
    this.setup = setup;
    this.usual = usual;
    this.start = setup.now();
  }

  void moved(long count) throws Crawling {
    bytes += count;
    Duration time = setup.now().minus(start);
    if (!bearable
        && time.compareTo(setup.policy().crawlAfter()) > 0
        && usual.isFarBelow(bytes, time, setup.policy().crawlFactor())) {
      crawls = true;
      throw new Crawling();
    }
  }

  /** Whether the session was found to be far slower than usual. */
  boolean crawls() {
    return crawls;
  }

  void done() {
    usual.add(bytes, setup.now().minus(start));
  }
}
