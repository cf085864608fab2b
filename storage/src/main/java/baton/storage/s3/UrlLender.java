package baton.storage.s3;

import baton.protocol.LentUrls;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import java.util.List;

/** Who lends addresses to the holder of a lease: the coordinator. */
public interface UrlLender {
  /**
   * An address for each, in their order.
   *
   * @throws StoreException if none are lent, with the reason
   */
  LentUrls lend(List<UrlAsk> asks) throws StoreException;
}
