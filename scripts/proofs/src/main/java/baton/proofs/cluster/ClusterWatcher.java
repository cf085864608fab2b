package baton.proofs.cluster;

import baton.proofs.history.Entry.Heard;
import baton.proofs.history.HistoryFile;
import baton.protocol.Json;
import baton.protocol.message.EventView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A client that watches the events of all jobs, at one member at a time. When that member falls
 * silent, and now and then without a reason, it goes on at the next one, from the last event it
 * heard.
 */
final class ClusterWatcher {
  private static final int CONNECTS_WITHIN_MILLIS = 2_000;

  /** Longer than the stream of an idle member stays silent. */
  private static final int SILENT_AT_MOST_MILLIS = 20_000;

  private static final int AGAIN_AFTER_MILLIS = 300;
  private static final int MOVES_ONE_IN = 100;
  private static final String DATA = "data: ";

  private final String name;
  private final List<Member> members;
  private final String token;
  private final String lastWords;
  private final HistoryFile history;
  private final SplittableRandom random;
  private final CountDownLatch heardAll = new CountDownLatch(1);
  private int at;
  private volatile long last;

  /**
   * @param lastWords the name of the job whose first event is the last that it listens for
   */
  ClusterWatcher(
      String name,
      List<Member> members,
      String token,
      String lastWords,
      HistoryFile history,
      SplittableRandom random) {
    this.name = name;
    this.members = List.copyOf(members);
    this.token = token;
    this.lastWords = lastWords;
    this.history = history;
    this.random = random;
    this.at = random.nextInt(members.size());
  }

  String name() {
    return name;
  }

  /** The number of the last event that it heard. */
  long last() {
    return last;
  }

  /** Watches until it has heard the last job's event. */
  void work() throws InterruptedException {
    while (heardAll.getCount() > 0) {
      try {
        listen(members.get(at));
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(AGAIN_AFTER_MILLIS); // it failed, and others may too
      }
      at = (at + 1) % members.size();
    }
  }

  /** Returns whether it has heard everything in time. */
  boolean awaitAll(long millis) throws InterruptedException {
    return heardAll.await(millis, TimeUnit.MILLISECONDS);
  }

  private void listen(Member member) throws IOException {
    HttpURLConnection stream =
        (HttpURLConnection) member.uri().resolve("/v1/events").toURL().openConnection();
    stream.setConnectTimeout(CONNECTS_WITHIN_MILLIS);
    stream.setReadTimeout(SILENT_AT_MOST_MILLIS);
    stream.setRequestProperty("Authorization", "Bearer " + token);
    stream.setRequestProperty("Last-Event-ID", Long.toString(last));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8))) {
      boolean stays = true;
      for (String line; stays && (line = lines.readLine()) != null; ) {
        stays = !line.startsWith(DATA) || hear(member, line.substring(DATA.length()));
      }
    } finally {
      stream.disconnect();
    }
  }

  /** Returns whether it goes on listening here. */
  private boolean hear(Member member, String data) throws IOException {
    EventView event = Json.readerFor(EventView.class).readValue(data);
    history.add(
        new Heard(
            name,
            member.name(),
            history.now(),
            event.number(),
            event.job(),
            event.kind(),
            event.text()));
    last = event.number();
    if (event.name().equals(lastWords)) {
      heardAll.countDown();
      return false;
    }
    return random.nextInt(MOVES_ONE_IN) > 0;
  }
}
