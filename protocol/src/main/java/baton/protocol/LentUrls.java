package baton.protocol;

import java.util.List;
import java.util.Objects;

/**
 * Addresses lent to the holder of a lease, in the order in which they were asked for.
 *
 * @param store in which they lead
 */
public record LentUrls(StoreId store, List<LentUrl> urls) {
  public LentUrls {
    Objects.requireNonNull(store);
    urls = List.copyOf(urls);
  }
}
