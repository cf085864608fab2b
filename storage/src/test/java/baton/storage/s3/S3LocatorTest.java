package baton.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.StoreId;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class S3LocatorTest {
  private static final StoreId ID = new StoreId("store-1");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
  private final Bucket bucket = new Bucket();
  private final S3Locator locator =
      new S3Locator(
          make -> make ? S3Store.open(bucket.objects(), () -> ID) : S3Store.find(bucket.objects()),
          bucket.place(),
          now::get);

  @Test
  void aBucketBecomesAStoreWhenAWorkerMarksIt() throws Exception {
    locator.step();
    assertThat(locator.find()).isEmpty();
    S3Store.open(bucket.objects(), () -> new StoreId("store-1"));

    locator.step();
    assertThat(locator.find()).as("it is not looked for at each step").isEmpty();
    now.set(now.get().plusSeconds(2));
    locator.step();

    assertThat(locator.find().orElseThrow().id()).isEqualTo(new StoreId("store-1"));
  }

  @Test
  void whoAsksWaitsForNoNetwork() throws Exception {
    S3Store.open(bucket.objects(), () -> new StoreId("store-1"));

    assertThat(locator.find()).isEmpty();
    assertThat(locator.whyNot(new StoreId("store-1"))).contains(bucket.place().toString());
  }

  @Test
  void aBucketWithoutAStoreBecomesOneOnlyWhenThatIsWanted() throws Exception {
    locator.step();
    assertThat(bucket.keys()).isEmpty();

    locator.makeIfNone();
    now.set(now.get().plusSeconds(2));
    locator.step();
    assertThat(locator.find().orElseThrow().id()).isEqualTo(ID);
  }

  @Test
  void aBucketIsWaitedForUntilItIsSeenOrAMinuteHasPassed() throws Exception {
    assertThat(locator.awaited().orElseThrow()).contains("is being looked for");
    locator.step();
    assertThat(locator.awaited().orElseThrow()).contains("There is no store");
    now.set(now.get().plusSeconds(60));
    assertThat(locator.awaited()).isEmpty();
  }
}
