package baton.storage.s3;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The location of a store, as a person names it.
 *
 * @param prefix of every key: empty, or ending with a slash
 * @param endpoint the server's address; empty: Amazon's own
 */
public record S3Location(String bucket, String prefix, Optional<URI> endpoint) {
  private static final Pattern ADDRESS =
      Pattern.compile("s3://([a-zA-Z0-9._-]{3,255})((?:/[a-zA-Z0-9!_.*'()-]+)*)/?");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  public S3Location {
    endpoint.ifPresent(S3Location::requireSafe);
  }

  /**
   * Reads an address such as {@code s3://bucket/prefix}.
   *
   * @throws IllegalArgumentException says what is wrong, as a sentence
   */
  public static S3Location of(String address, Optional<URI> endpoint) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches() || parts.group(2).contains("/.")) {
      throw new IllegalArgumentException(
          "'%s' names no bucket: say s3://BUCKET or s3://BUCKET/PREFIX.".formatted(address));
    }
    String prefix = parts.group(2).isEmpty() ? "" : parts.group(2).substring(1) + "/";
    return new S3Location(parts.group(1), prefix, endpoint);
  }

  /**
   * Reads the options {@code --s3} and {@code --s3-endpoint}; each is null if it was not given.
   *
   * @return empty: none is named
   * @throws IllegalArgumentException says what is wrong, as a sentence
   */
  public static Optional<S3Location> ofOptions(String address, URI endpoint) {
    if (address == null && endpoint != null) {
      throw new IllegalArgumentException("--s3-endpoint is about a bucket: it needs --s3.");
    }
    return Optional.ofNullable(address).map(named -> of(named, Optional.ofNullable(endpoint)));
  }

  /** Over plain HTTP anybody on the network path could read and change checkpoints. */
  private static void requireSafe(URI endpoint) {
    String scheme = endpoint.getScheme();
    String host = endpoint.getHost() == null ? "" : endpoint.getHost();
    boolean safe =
        "https".equals(scheme) || "http".equals(scheme) && LOOPBACK.matcher(host).matches();
    if (host.isEmpty() || !safe || endpoint.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "The endpoint must be https://HOST; plain http is for this machine alone, and keys stand in no address.");
    }
  }

  /** For people; it holds no secret. */
  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix;
  }
}
