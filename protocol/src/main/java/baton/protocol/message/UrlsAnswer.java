package baton.protocol.message;

import baton.protocol.LentUrl;
import baton.protocol.LentUrls;
import baton.protocol.StoreId;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** The answer to {@code POST /v1/jobs/{job}/leases/{fence}/urls}, in the order of the request. */
public record UrlsAnswer(StoreId store, List<Lent> urls) {

  /**
   * One of them.
   *
   * @param url never in a log; this text of the record leaves it out
   * @param headers that must be sent with it
   */
  public record Lent(String url, Map<String, String> headers) {
    @Override
    public String toString() {
      return "a lent address";
    }
  }

  public static UrlsAnswer from(LentUrls lent) {
    return new UrlsAnswer(
        lent.store(),
        lent.urls().stream()
            .map(url -> new Lent(url.address().toString(), url.headers()))
            .toList());
  }

  public LentUrls toLent() {
    return new LentUrls(
        store,
        urls.stream().map(lent -> new LentUrl(URI.create(lent.url()), lent.headers())).toList());
  }
}
