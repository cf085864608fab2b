package baton.protocol;

import java.util.Optional;

/**
 * What a worker without keys wants to do with one object of its store.
 *
 * @param path from the store's root
 * @param size in bytes of what is put; else 0
 * @param sha256 of what is put; present exactly then
 */
public record UrlAsk(Verb verb, String path, long size, Optional<Sha256> sha256) {
  /** What is done. */
  public enum Verb {
    /** Read it. */
    GET,
    /** Ask for its size and sha256. */
    HEAD,
    /** Write it, if there is none. */
    PUT
  }

  public UrlAsk {
    if (path.isEmpty() || size < 0 || sha256.isPresent() != (verb == Verb.PUT)) {
      throw new IllegalArgumentException("a sha256 is told of what is put, and of nothing else");
    }
  }

  public static UrlAsk get(String path) {
    return new UrlAsk(Verb.GET, path, 0, Optional.empty());
  }

  public static UrlAsk head(String path) {
    return new UrlAsk(Verb.HEAD, path, 0, Optional.empty());
  }

  public static UrlAsk put(String path, long size, Sha256 sha256) {
    return new UrlAsk(Verb.PUT, path, size, Optional.of(sha256));
  }
}
