package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.LentUrls;
import baton.protocol.StoreId;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.StoreTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Requests at addresses that the coordinator lends, each tried again with a new address while its
 * failure may pass. Before the first, the marker must be that of the store which the coordinator
 * names (R15).
 */
final class LentCalls {
  static final int CHUNK = 1 << 20;

  /** The most failures in a row without a byte between them. */
  private static final int MOST_FAILURES = 5;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final UrlLender lender;
  private final StoreTime time;
  private volatile Optional<StoreId> opened = Optional.empty();

  LentCalls(UrlLender lender, StoreTime time) {
    this.lender = lender;
    this.time = time;
  }

  /** The store in which addresses were lent; empty before the first. */
  Optional<StoreId> opened() {
    return opened;
  }

  /** One request to an address. */
  interface Attempt<T> {
    T run(LentUrl url) throws StoreException, IOException;
  }

  /** A failure that may pass with a new address. */
  static final class Passing extends IOException {
    private static final long serialVersionUID = 1L;

    Passing(StoreException told) {
      super(told);
    }

    StoreException told() {
      return (StoreException) getCause();
    }
  }

  private LentUrl url(UrlAsk ask) throws StoreException {
    LentUrls lent = lender.lend(List.of(ask));
    if (!Optional.of(lent.store()).equals(opened)) {
      requireStore(lent.store());
    }
    return lent.urls().get(0);
  }

  private void requireStore(StoreId named) throws StoreException {
    UrlAsk marker = UrlAsk.get(StoreMarker.FILE_NAME);
    LentUrl url = lender.lend(List.of(marker)).urls().get(0);
    String doing = "open the store";
    byte[] text;
    try {
      text = read(doing, url, CHUNK);
    } catch (Passing e) {
      throw e.told();
    } catch (IOException e) {
      throw unreached(doing);
    }
    if (!idIn(text).filter(named::equals).isPresent()) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The coordinator lends addresses in the store %s, but its bucket holds another; check --s3 where the coordinator runs."
              .formatted(named));
    }
    opened = Optional.of(named);
  }

  private static Optional<StoreId> idIn(byte[] marker) {
    try {
      return Optional.of(StoreMarker.read(new String(marker, StandardCharsets.UTF_8)).id());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Retries, each time with a new address, while the failure may pass. */
  <T> T call(String doing, UrlAsk ask, Attempt<T> attempt) throws StoreException {
    for (int failures = 1; ; failures++) {
      StoreException failure;
      try {
        return attempt.run(url(ask));
      } catch (Passing e) {
        failure = e.told();
      } catch (IOException e) {
        failure = unreached(doing);
      }
      if (failures == MOST_FAILURES) {
        throw failure;
      }
      rest(failures);
    }
  }

  private void rest(int failures) throws StoreException {
    try {
      time.sleep(FIRST_PAUSE.multipliedBy(1L << (failures - 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Kind.UNREACHABLE, "It was abandoned: this session is ending.");
    }
  }

  /** Without a cause: it may quote the address. */
  private static StoreException unreached(String doing) {
    return new StoreException(
        Kind.UNREACHABLE,
        "Could not %s: the bucket could not be reached; it is worth trying again, and if it lasts, check this machine's network."
            .formatted(doing));
  }

  static void requireGood(String doing, LentRequest request) throws StoreException, IOException {
    if (!request.isGood()) {
      LentRequest.Failure failure = request.failure();
      StoreException told = S3Calls.lent(doing, failure.status(), failure.code());
      if (failure.passes()) {
        throw new Passing(told);
      }
      throw told;
    }
  }

  static byte[] read(String doing, LentUrl url, int most) throws StoreException, IOException {
    try (LentRequest request = LentRequest.of(UrlAsk.Verb.GET, url, 0)) {
      requireGood(doing, request);
      try (InputStream in = request.body()) {
        return in.readNBytes(most);
      }
    }
  }
}
