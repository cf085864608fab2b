package baton.worker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DataCacheTest {
  private static final LongConsumer UNWATCHED = bytes -> {};
  private static final int SIZE = 3_000_000;
  private static final long ROOMY = 100_000_000;

  @TempDir Path source;
  @TempDir Path root;
  private final Witness witness = new Witness();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Data data;

  /** Reads directories, keeps a list of what was asked for, and spoils some of it. */
  private final class Witness implements DataSources {
    private final List<String> asked = new ArrayList<>();
    private int spoils;

    @Override
    public void read(DataFile file, FileChannel target, long from, LongConsumer moved)
        throws TroubleException, IOException {
      asked.add(file.path() + " from " + from);
      new Sources(this, this).read(file, target, from, moved);
      if (spoils-- > 0) {
        target.write(ByteBuffer.wrap(new byte[] {0}), file.size() / 2);
      }
    }
  }

  @BeforeEach
  void someData() throws IOException {
    Samples.tar(
        source.resolve("00000.tar"),
        tar -> {
          Samples.plain("s1/a.png", Samples.bytes(SIZE, 1)).into(tar);
          Samples.plain("s1/b.png", Samples.bytes(10, 2)).into(tar);
        });
    Files.write(source.resolve("labels.csv"), Samples.bytes(1_000, 3));
    data = Samples.in(source, "00000.tar", "labels.csv");
  }

  private DataCache cache(long most) {
    return new DataCache(root, most, witness, () -> now);
  }

  private static Path entry(Path root, Data data) {
    return root.resolve(data.digest().hex());
  }

  @Test
  void whatTheCacheLacksIsFetchedOnceAndUnpacked() throws Exception {
    try (DataInUse use = cache(ROOMY).use(data, UNWATCHED)) {
      assertThat(use.folder().resolve("s1/a.png")).hasBinaryContent(Samples.bytes(SIZE, 1));
      assertThat(use.folder().resolve("s1/b.png")).hasBinaryContent(Samples.bytes(10, 2));
      assertThat(use.folder().resolve("labels.csv")).hasSize(1_000);
      assertThat(use.folder().resolve("00000.tar")).doesNotExist();
    }
    cache(ROOMY).use(data, UNWATCHED).close();
    assertThat(witness.asked).containsExactly("00000.tar from 0", "labels.csv from 0");
    assertThat(entry(root, data).resolve("parts")).isEmptyDirectory();
  }

  @Test
  void aFetchThatIsCutInMidFileGoesOnWhereItStood() throws Exception {
    assertThatThrownBy(() -> cache(ROOMY).use(data, abandonAfter(1_500_000)))
        .isInstanceOf(CancellationException.class);

    cache(ROOMY).use(data, UNWATCHED).close();

    assertThat(witness.asked)
        .containsExactly("00000.tar from 0", "00000.tar from 2097152", "labels.csv from 0");
  }

  @Test
  void aFetchThatIsCutWhileUnpackingFetchesNothingAgain() throws Exception {
    assertThatThrownBy(() -> cache(ROOMY).use(data, abandonAfter(4_000_000)))
        .isInstanceOf(CancellationException.class);

    try (DataInUse use = cache(ROOMY).use(data, UNWATCHED)) {
      assertThat(use.folder().resolve("s1/a.png")).hasBinaryContent(Samples.bytes(SIZE, 1));
    }
    assertThat(witness.asked).containsExactly("00000.tar from 0", "labels.csv from 0");
  }

  private static LongConsumer abandonAfter(long bytes) {
    long[] left = {bytes};
    return moved -> {
      left[0] -= moved;
      if (left[0] < 0) {
        throw new CancellationException("the lease has ended");
      }
    };
  }

  @Test
  void aWrongHashIsFetchedAgainFromTheStart() throws Exception {
    witness.spoils = 1;
    try (DataInUse use = cache(ROOMY).use(data, UNWATCHED)) {
      assertThat(use.folder().resolve("s1/a.png")).hasBinaryContent(Samples.bytes(SIZE, 1));
    }
    assertThat(witness.asked)
        .containsExactly("00000.tar from 0", "00000.tar from 0", "labels.csv from 0");
  }

  @Test
  void aHashThatIsWrongTwiceIsATroubleOfTheMachineThatNamesTheFile() {
    witness.spoils = 2;
    assertTrouble("00000.tar", data, ROOMY);
    assertThat(entry(root, data).resolve("files")).isEmptyDirectory();
  }

  @Test
  void aSourceThatIsNotThereIsATroubleOfTheMachine() throws Exception {
    Files.delete(source.resolve("labels.csv"));
    assertTrouble("no such file", data, ROOMY);
  }

  @Test
  void aFileThatIsShorterThanItShouldBeIsAWrongOne() throws Exception {
    Files.write(source.resolve("labels.csv"), new byte[999]);
    assertTrouble("another sha256", data, ROOMY);
  }

  private void assertTrouble(String what, Data wanted, long most) {
    assertThatThrownBy(() -> cache(most).use(wanted, UNWATCHED))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> {
              assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE);
              assertThat(e.trouble().message()).contains(what).endsWith(".");
              assertThat(e.trouble().remedy()).endsWith(".");
            });
  }

  private Data other(int number) throws IOException {
    String name = "other-" + number;
    Files.write(source.resolve(name), Samples.bytes(1_000_000, number));
    return Samples.in(source, name);
  }

  @Test
  void theLeastRecentlyUsedGoesFirstAndTheCacheStaysWithinItsBound() throws Exception {
    long most = 5_000_000;
    List<Data> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(other(i));
      use(all.get(i), most);
      assertThat(Inventory.of(root).bytes()).isLessThan(most);
    }
    use(all.get(0), most);
    use(other(9), most);

    assertThat(root.resolve(all.get(0).digest().hex())).as("used a moment ago").isDirectory();
    assertThat(root.resolve(all.get(1).digest().hex())).as("the oldest").doesNotExist();
  }

  private void use(Data wanted, long most) throws TroubleException {
    now = now.plusSeconds(10);
    cache(most).use(wanted, UNWATCHED).close();
  }

  @Test
  void whatIsInUseIsNeverRemoved() throws Exception {
    Data first = other(1);
    Data second = other(2);
    try (DataInUse use = cache(2_500_000).use(first, UNWATCHED)) {
      assertTrouble("in use by other workers", second, 2_500_000);
      assertThat(use.folder().resolve("other-1")).exists();
    }
    cache(2_500_000).use(second, UNWATCHED).close();
    assertThat(entry(root, first)).doesNotExist();
  }

  @Test
  void dataThatCanNeverFitIsSaidBeforeAByteIsFetched() {
    assertTrouble("its cache may hold 0.5 MB", data, 500_000);
    assertThat(witness.asked).isEmpty();
  }

  @Test
  void halfOfSomethingThatAKilledWorkerLeftMakesRoomToo() throws Exception {
    assertThatThrownBy(() -> cache(8_000_000).use(data, abandonAfter(2_000_000)))
        .isInstanceOf(CancellationException.class);
    now = now.plusSeconds(10);
    cache(3_000_000).use(other(1), UNWATCHED).close();
    assertThat(entry(root, data)).doesNotExist();
  }

  @Test
  void whatAToolThatCleansUpHasTakenIsFetchedAgain() throws Exception {
    cache(ROOMY).use(data, UNWATCHED).close();
    Files.delete(entry(root, data).resolve("files/s1/b.png"));

    try (DataInUse use = cache(ROOMY).use(data, UNWATCHED)) {
      assertThat(use.folder().resolve("s1/b.png")).exists();
    }
  }

  @Test
  void whoFindsAnotherFetchingWaitsAndFetchesNothing() throws Exception {
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Void> first =
        CompletableFuture.runAsync(
            () ->
                useQuietly(
                    moved -> {
                      half.countDown();
                      awaitQuietly(go);
                    }));
    half.await();
    CountDownLatch waits = new CountDownLatch(1);
    CompletableFuture<Void> second =
        CompletableFuture.runAsync(() -> useQuietly(moved -> waits.countDown()));
    waits.await();
    go.countDown();
    first.get(10, TimeUnit.SECONDS);
    second.get(10, TimeUnit.SECONDS);
    assertThat(witness.asked).containsExactly("00000.tar from 0", "labels.csv from 0");
  }

  private void useQuietly(LongConsumer moved) {
    try {
      cache(ROOMY).use(data, moved).close();
    } catch (TroubleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
