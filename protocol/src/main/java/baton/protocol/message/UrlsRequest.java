package baton.protocol.message;

import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import java.util.List;
import java.util.Optional;

/** The body of {@code POST /v1/jobs/{job}/leases/{fence}/urls}. */
public record UrlsRequest(List<Wanted> wanted) {

  /**
   * One of them.
   *
   * @param size of what is put; absent otherwise
   * @param sha256 of what is put; absent otherwise
   */
  public record Wanted(UrlAsk.Verb verb, String path, Long size, Sha256 sha256) {
    static Wanted from(UrlAsk ask) {
      return new Wanted(
          ask.verb(),
          ask.path(),
          ask.sha256().isPresent() ? ask.size() : null,
          ask.sha256().orElse(null));
    }

    UrlAsk toAsk() {
      return new UrlAsk(verb, path, size == null ? 0 : size, Optional.ofNullable(sha256));
    }
  }

  public static UrlsRequest from(List<UrlAsk> asks) {
    return new UrlsRequest(asks.stream().map(Wanted::from).toList());
  }

  public List<UrlAsk> toAsks() {
    return wanted.stream().map(Wanted::toAsk).toList();
  }
}
