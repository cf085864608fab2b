package baton.storage.s3;

import baton.protocol.LentUrls;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import java.util.List;

/** Lends addresses to the holder of a lease; the coordinator does it. */
public interface UrlLender {
  /**
   * Returns an address for each request, in their order.
   *
   * @throws StoreException if no address is lent, with the reason
   */
  LentUrls lend(List<UrlAsk> asks) throws StoreException;
}
