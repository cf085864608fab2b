package baton.storage.s3;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static baton.storage.CheckpointStoreContract.assertKind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.ChangedFileException;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import baton.storage.HashedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/** What may go wrong with a bucket. */
class S3BadDaysTest {
  private static final String FOLDER = "job/folder";

  @TempDir private Path local;
  private final Bucket bucket = new Bucket();

  private CheckpointStore open(ExecutionInterceptor... faults) throws StoreException {
    return S3Store.open(bucket.objects(faults), () -> new StoreId("store-1"));
  }

  private Path file(String name, int bytes) throws Exception {
    byte[] random = new byte[bytes];
    new Random(bytes).nextBytes(random);
    return Files.write(local.resolve(name), random);
  }

  @Test
  void aServerThatOverwritesThoughToldNotToIsRefused() throws Exception {
    ExecutionInterceptor deaf =
        new ExecutionInterceptor() {
          @Override
          public SdkHttpRequest modifyHttpRequest(
              Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            return context.httpRequest().copy(request -> request.removeHeader("If-None-Match"));
          }
        };

    assertThatThrownBy(() -> open(deaf))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("If-None-Match");
    assertThat(open().id()).as("nothing was lost by trying").isEqualTo(new StoreId("store-1"));
  }

  @ParameterizedTest
  @CsvSource({
    "403, InvalidAccessKeyId, UNREACHABLE, keys of this machine",
    "403, SignatureDoesNotMatch, UNREACHABLE, keys of this machine",
    "403, AccessDenied, UNREACHABLE, keys of this machine",
    "403, RequestTimeTooSkewed, UNREACHABLE, clock is wrong",
    "400, AuthorizationHeaderMalformed, UNREACHABLE, AWS_REGION",
    "404, NoSuchBucket, UNREACHABLE, no such bucket",
    "404, NoSuchKey, GONE, no such file",
    "412, PreconditionFailed, EXISTS, nothing is overwritten",
    "507, XMinioStorageFull, FULL, is full",
    "503, SlowDown, UNREACHABLE, worth trying again",
    "200, InternalError, UNREACHABLE, worth trying again"
  })
  void eachFailureSaysWhatItMeansAndNothingOfTheKeys(
      int status, String code, Kind kind, String meaning) throws Exception {
    bucket.link.always(Link.refusal(status, code));

    assertThatThrownBy(() -> bucket.objects().list(list(), page -> {}))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
        .hasMessageContaining(meaning)
        .hasMessageNotContaining(Bucket.SECRET)
        .hasNoCause();
  }

  private ListObjectsV2Request list() {
    return bucket.objects().request(ListObjectsV2Request.builder(), "").build();
  }

  @Test
  void aServerThatIsTooBusyOnceIsAskedAgain() throws Exception {
    CheckpointStore store = open();
    bucket.link.next(SdkHttpMethod.PUT, Link.refusal(503, "SlowDown"));

    store.createFolder(FOLDER);

    assertKind(Kind.EXISTS, () -> open().createFolder(FOLDER));
  }

  @Test
  void whatWasWrittenThoughTheAnswerWasLostIsNotTakenForAnothers() throws Exception {
    CheckpointStore store = open();
    bucket.link.next(SdkHttpMethod.PUT, Link.lostAnswer());
    store.createFolder(FOLDER);
    bucket.link.next(SdkHttpMethod.PUT, Link.lostAnswer());

    FileEntry entry = store.put(FOLDER, file("f", 1_000), UNWATCHED);

    assertThat(store.holds(entry)).isTrue();
  }

  @Test
  void aDownloadGoesOnWhereTheConnectionBroke() throws Exception {
    CheckpointStore store = open();
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, file("f", 300_000), UNWATCHED);
    bucket.link.next(SdkHttpMethod.GET, Link.brokenAfter(100_000));
    bucket.link.next(SdkHttpMethod.GET, Link.brokenAfter(50_000));
    AtomicLong moved = new AtomicLong();

    store.get(entry.storeId(), local.resolve("copy"), moved::addAndGet);

    assertThat(local.resolve("copy")).hasSameBinaryContentAs(local.resolve("f"));
    assertThat(moved).hasValue(300_000);
  }

  @Test
  void whereTheWholePrefixIsGoneNoSingleFileIsSaidToBe() throws Exception {
    CheckpointStore store = open();
    store.createFolder(FOLDER);
    String id = store.put(FOLDER, file("f", 10), UNWATCHED).storeId();
    try (S3Client client = bucket.client()) {
      for (String path : List.of("baton-store.json", FOLDER + "/", id)) {
        client.deleteObject(
            r -> r.bucket(bucket.place().bucket()).key(bucket.place().prefix() + path));
      }
    }

    assertKind(Kind.UNREACHABLE, () -> store.stat(id));
    assertKind(Kind.UNREACHABLE, () -> store.find(id));
    assertKind(Kind.UNREACHABLE, () -> store.list(FOLDER));
    assertKind(Kind.UNREACHABLE, () -> store.walk(path -> true));
    assertKind(Kind.UNREACHABLE, () -> store.read(id, 10));
    assertKind(Kind.UNREACHABLE, () -> S3Store.find(bucket.objects()));
  }

  @Test
  void listsOfSeveralPagesAreReadToTheEnd() throws Exception {
    ExecutionInterceptor smallPages =
        new ExecutionInterceptor() {
          @Override
          public SdkRequest modifyRequest(
              Context.ModifyRequest context, ExecutionAttributes attributes) {
            return context.request() instanceof ListObjectsV2Request list
                ? list.toBuilder().maxKeys(2).build()
                : context.request();
          }
        };
    CheckpointStore store = open(smallPages);
    store.createFolder(FOLDER);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      names.add("f" + i);
      store.put(FOLDER, file("f" + i, 10), UNWATCHED);
    }

    assertThat(store.list(FOLDER)).extracting(Entry::name).containsExactlyElementsOf(names);
    assertThat(store.walk(path -> true)).extracting(Entry::name).containsAll(names);
  }

  @Test
  void aFileThatIsTooLargeForOnePieceGoesInPartsAndIsReadForItsDigest() throws Exception {
    CheckpointStore store = open();
    HashedFile file = HashedFile.of(file("large", 11 << 20));
    AtomicLong moved = new AtomicLong();
    S3Upload upload =
        new S3Upload(bucket.objects(), FOLDER + "/large", file, moved::addAndGet, 1, 5 << 20);

    upload.run();

    assertThat(moved).hasValue(11 << 20);
    assertThat(store.stat(FOLDER + "/large").orElseThrow().sha256()).isEmpty();
    assertThat(store.digest(FOLDER + "/large")).isEqualTo(file.sha256());
  }

  @Test
  void aFileThatChangesWhileItsPartsAreSentIsNotStored() throws Exception {
    CheckpointStore store = open();
    Path large = file("large", 11 << 20);
    HashedFile file = HashedFile.of(large);
    AtomicLong moved = new AtomicLong();
    S3Upload upload =
        new S3Upload(
            bucket.objects(),
            FOLDER + "/large",
            file,
            bytes -> {
              if (moved.addAndGet(bytes) > 6 << 20) {
                spoil(large);
              }
            },
            1,
            5 << 20);

    assertThatThrownBy(upload::run).isInstanceOf(ChangedFileException.class);

    assertThat(store.stat(FOLDER + "/large")).isEmpty();
    assertThat(uploads()).isZero();
  }

  private static void spoil(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 10 << 20);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anUploadInPartsThatFailsLeavesNoParts() throws Exception {
    open();
    HashedFile file = HashedFile.of(file("large", 11 << 20));
    AtomicLong moved = new AtomicLong();
    S3Upload upload =
        new S3Upload(
            bucket.objects(),
            FOLDER + "/large",
            file,
            bytes -> {
              if (moved.addAndGet(bytes) > 6 << 20) {
                throw new IllegalStateException("abandoned");
              }
            },
            1,
            5 << 20);

    assertThatThrownBy(upload::run).hasMessage("abandoned");

    assertThat(uploads()).isZero();
  }

  @Test
  void whatAKilledWorkerLeftOfAnUploadIsAborted() throws Exception {
    try (S3Client client = bucket.client()) {
      String key = bucket.place().prefix() + "job/cut";
      client.createMultipartUpload(r -> r.bucket(bucket.place().bucket()).key(key));
    }
    open();
    assertThat(uploads()).as("it may be on its way still").isEqualTo(1);

    bucket.objects().abortUploads(Instant.now().plusSeconds(60));

    assertThat(uploads()).isZero();
  }

  private int uploads() {
    try (S3Client client = bucket.client()) {
      return client.listMultipartUploads(r -> r.bucket(bucket.place().bucket())).uploads().size();
    }
  }
}
