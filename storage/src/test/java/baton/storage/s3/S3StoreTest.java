package baton.storage.s3;

import baton.protocol.StoreId;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStoreContract;

/** The contract of all stores, for a bucket on Adobe's S3Mock. */
class S3StoreTest extends CheckpointStoreContract {
  private final Bucket bucket = new Bucket();

  @Override
  protected CheckpointStore open() throws Exception {
    return S3Store.open(bucket.objects(), () -> new StoreId("store-1"));
  }
}
