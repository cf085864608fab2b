package baton.storage.s3;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A store in an S3-compatible bucket. All writes are conditional ({@code If-None-Match: *}): a
 * server that ignores the condition is refused when the store is opened for writing. If the server
 * keeps a file's sha256, the file need not be read for it.
 */
public final class S3Store implements CheckpointStore {
  private static final int CHUNK = 1 << 16;

  private final S3Objects objects;
  private final StoreId id;

  private S3Store(S3Objects objects, StoreId id) {
    this.objects = objects;
    this.id = id;
  }

  /**
   * Opens the store at this location, and creates it if there is none.
   *
   * @param newId draws the id of a new store
   */
  public static S3Store open(S3Location place, Supplier<StoreId> newId) throws StoreException {
    return open(new S3Objects(S3Clients.of(place), place), newId);
  }

  static S3Store open(S3Objects objects, Supplier<StoreId> newId) throws StoreException {
    if (objects.head(StoreMarker.FILE_NAME).isEmpty()) {
      mark(objects, StoreMarker.of(newId.get()).write());
    }
    StoreId id = readId(objects);
    // Writes the same bytes again: if the server overwrites them, nothing is lost.
    if (mark(objects, StoreMarker.of(id).write())) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The server of %s overwrites files though it is told not to, so two sessions could spoil each other's checkpoints. Use another that keeps to If-None-Match."
              .formatted(objects.place()));
    }
    objects.abortOldUploads();
    return new S3Store(objects, id);
  }

  /**
   * Opens the existing store at this location.
   *
   * @throws StoreException if there is none, or it cannot be read
   */
  public static S3Store find(S3Location place) throws StoreException {
    return find(new S3Objects(S3Clients.of(place), place));
  }

  static S3Store find(S3Objects objects) throws StoreException {
    return new S3Store(objects, readId(objects));
  }

  /** Writes the marker unless there is one; returns whether it was written. */
  private static boolean mark(S3Objects objects, String text) throws StoreException {
    try {
      objects.putIfAbsent(StoreMarker.FILE_NAME, text.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (StoreException e) {
      if (e.kind() != Kind.EXISTS) {
        throw e;
      }
      return false;
    }
  }

  private static StoreId readId(S3Objects objects) throws StoreException {
    byte[] text =
        objects
            .read(StoreMarker.FILE_NAME, CHUNK)
            .orElseThrow(
                () ->
                    new StoreException(
                        Kind.UNREACHABLE,
                        "There is no store at %s: it has no %s. Check the bucket, the prefix and the endpoint."
                            .formatted(objects.place(), StoreMarker.FILE_NAME)));
    try {
      return StoreMarker.read(new String(text, StandardCharsets.UTF_8)).id();
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "%s is no store of this Baton: %s.".formatted(objects.place(), e.getMessage()),
          e);
    }
  }

  /**
   * Throws if the prefix was deleted or now belongs to another store: no file is reported as gone.
   */
  private void requireThere() throws StoreException {
    StoreId there = readId(objects);
    if (!there.equals(id)) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "At %s is now the store %s, not %s.".formatted(objects.place(), there, id));
    }
  }

  private <T> Optional<T> orThere(Optional<T> found) throws StoreException {
    if (found.isEmpty()) {
      requireThere();
    }
    return found;
  }

  @Override
  public StoreId id() {
    return id;
  }

  @Override
  public List<Entry> list(String folder) throws StoreException {
    String above = folder.equals(ROOT) ? "" : folder + "/";
    ListObjectsV2Request request =
        objects.request(ListObjectsV2Request.builder(), above).delimiter("/").build();
    List<Entry> entries = new ArrayList<>();
    objects.list(
        request,
        answer -> {
          answer
              .commonPrefixes()
              .forEach(inside -> entries.add(folder(objects.path(inside.prefix()))));
          answer.contents().stream()
              .filter(file -> !file.key().endsWith("/"))
              .forEach(file -> entries.add(file(file)));
        });
    if (entries.isEmpty()) {
      requireThere();
    }
    entries.sort(Comparator.comparing(Entry::path));
    return entries;
  }

  /** Needs one request per thousand keys. */
  @Override
  public List<Entry> walk(Predicate<String> into) throws StoreException {
    requireThere();
    List<Entry> entries = new ArrayList<>();
    Set<String> folders = new HashSet<>();
    objects.list(
        objects.request(ListObjectsV2Request.builder(), ROOT).build(),
        answer -> answer.contents().forEach(object -> add(object, into, folders, entries)));
    return entries;
  }

  private void add(
      S3Object object, Predicate<String> into, Set<String> folders, List<Entry> entries) {
    String path = objects.path(object.key());
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String folder = path.substring(0, slash);
      if (folders.add(folder)) {
        entries.add(folder(folder));
      }
      if (!into.test(folder)) {
        return;
      }
    }
    if (!path.endsWith("/")) {
      entries.add(file(object));
    }
  }

  private static Entry folder(String path) {
    String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return new Entry(plain, plain, true, Instant.EPOCH);
  }

  private Entry file(S3Object object) {
    String path = objects.path(object.key());
    return new Entry(path, path, false, object.lastModified());
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return orThere(objects.head(path)).map(there -> path);
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    return orThere(objects.head(storeId))
        .map(there -> new Stat(there.contentLength(), S3Objects.sha256(there)));
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    return orThere(objects.read(storeId, most)).orElseThrow(() -> CheckpointStore.gone(storeId));
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    return S3Download.digest(objects, storeId);
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    S3Download download = S3Download.of(objects, storeId, moved);
    MessageDigest sha256 = Sha256.newDigest();
    try (OutputStream to = Files.newOutputStream(target)) {
      download.run(
          chunk -> {
            sha256.update(chunk.duplicate());
            to.write(chunk.array(), 0, chunk.remaining());
          });
    }
    return Sha256.of(sha256);
  }

  /** A retry after a lost answer recognizes its own folder by the object's content. */
  @Override
  public void createFolder(String path) throws StoreException {
    byte[] mine = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    try {
      objects.putIfAbsent(path + "/", mine);
    } catch (StoreException e) {
      if (e.kind() != Kind.EXISTS
          || !objects
              .read(path + "/", CHUNK)
              .filter(found -> Arrays.equals(found, mine))
              .isPresent()) {
        throw e;
      }
    }
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    String path = folder + "/" + file.name();
    S3Upload.of(objects, path, file, moved).run();
    return new FileEntry(file.name(), file.size(), file.sha256(), path);
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException {
    for (String storeId : storeIds) {
      if (storeId.startsWith(above + "/") && mayGo.test(storeId)) {
        objects.delete(storeId);
      }
    }
  }

  /** Unknown: S3 does not report free space. */
  @Override
  public OptionalLong room() {
    return OptionalLong.empty();
  }

  @Override
  public Instant now() throws StoreException {
    HeadObjectResponse marker =
        objects.head(StoreMarker.FILE_NAME).orElseThrow(() -> CheckpointStore.gone("marker"));
    String date = marker.sdkHttpResponse().firstMatchingHeader("Date").orElse("");
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
    } catch (DateTimeException e) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The server of %s did not tell its time; it is worth trying again."
              .formatted(objects.place()));
    }
  }
}
