package baton.coordinator.s3;

import baton.coordinator.relay.UrlBroker;
import baton.protocol.LentUrl;
import baton.protocol.LentUrls;
import baton.protocol.StoreId;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.s3.S3Locator;
import baton.storage.s3.S3UrlSigner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lends addresses in the bucket that a coordinator was given. */
public final class BucketBroker implements UrlBroker {
  private static final String NO_BUCKET =
      "This coordinator has no bucket to lend addresses in; start it with --s3 s3://BUCKET/PREFIX.";

  private final Optional<Bucket> bucket;

  private record Bucket(S3Locator locator, S3UrlSigner signer) {}

  private BucketBroker(Optional<Bucket> bucket) {
    this.bucket = bucket;
  }

  public static BucketBroker of(S3Locator locator, S3UrlSigner signer) {
    return new BucketBroker(Optional.of(new Bucket(locator, signer)));
  }

  /** Of a coordinator that was given none. */
  public static BucketBroker none() {
    return new BucketBroker(Optional.empty());
  }

  @Override
  public Optional<StoreId> store() {
    return bucket.flatMap(b -> b.locator().find()).map(CheckpointStore::id);
  }

  @Override
  public void requireStore() {
    bucket.ifPresent(b -> b.locator().makeIfNone());
  }

  @Override
  public Optional<String> whyNot() {
    if (bucket.isEmpty()) {
      return Optional.of(NO_BUCKET);
    }
    return store().isPresent() ? Optional.empty() : Optional.of(bucket.get().locator().whyNot());
  }

  @Override
  public LentUrls lend(List<UrlAsk> asks) {
    StoreId store = store().orElseThrow(() -> new NothingLent(whyNot().orElse(NO_BUCKET)));
    List<LentUrl> urls = new ArrayList<>();
    try {
      for (UrlAsk ask : asks) {
        urls.add(bucket.orElseThrow().signer().sign(ask));
      }
    } catch (StoreException e) {
      throw new NothingLent(e.getMessage());
    }
    return new LentUrls(store, urls);
  }
}
