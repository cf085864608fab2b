package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.LentUrls;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.checkpoint.StoreMarker;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import baton.storage.StoreTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * A store in a bucket to which a worker has no keys. For each thing that it does with an object the
 * coordinator lends it an address, which bears the sha256 and {@code If-None-Match: *} of what is
 * put. Before the first byte moves, the marker must be that of the store which the coordinator
 * names (R15). It lists and deletes nothing (R6).
 */
public final class LentS3Store implements CheckpointStore {
  private static final int CHUNK = 1 << 20;

  /** Failures in a row without a byte between them. */
  private static final int MOST_FAILURES = 5;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final UrlLender lender;
  private final StoreTime time;
  private final long most;
  private volatile Optional<StoreId> opened = Optional.empty();

  public LentS3Store(UrlLender lender, StoreTime time) {
    this(lender, time, S3Upload.ONE_PIECE);
  }

  /**
   * @param most bytes that are put at an address
   */
  LentS3Store(UrlLender lender, StoreTime time, long most) {
    this.lender = lender;
    this.time = time;
    this.most = most;
  }

  @Override
  public StoreId id() {
    return opened.orElseThrow(() -> new IllegalStateException("the store was not opened yet"));
  }

  /** One request, given its address. */
  private interface Attempt<T> {
    T run(LentUrl url) throws StoreException, IOException;
  }

  /** What may do better with another address. */
  private static final class Passing extends IOException {
    private static final long serialVersionUID = 1L;

    Passing(StoreException told) {
      super(told);
    }

    StoreException told() {
      return (StoreException) getCause();
    }
  }

  private LentUrl url(UrlAsk ask) throws StoreException {
    LentUrls lent = lender.lend(List.of(ask));
    if (!Optional.of(lent.store()).equals(opened)) {
      requireStore(lent.store());
    }
    return lent.urls().get(0);
  }

  private void requireStore(StoreId named) throws StoreException {
    UrlAsk marker = UrlAsk.get(StoreMarker.FILE_NAME);
    LentUrl url = lender.lend(List.of(marker)).urls().get(0);
    String doing = "open the store";
    byte[] text;
    try {
      text = read(doing, url, CHUNK);
    } catch (Passing e) {
      throw e.told();
    } catch (IOException e) {
      throw unreached(doing);
    }
    if (!idIn(text).filter(named::equals).isPresent()) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The coordinator lends addresses in the store %s, but its bucket holds another; check --s3 where the coordinator runs."
              .formatted(named));
    }
    opened = Optional.of(named);
  }

  private static Optional<StoreId> idIn(byte[] marker) {
    try {
      return Optional.of(StoreMarker.read(new String(marker, StandardCharsets.UTF_8)).id());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Again and again, each time with a new address, while the failure may pass. */
  private <T> T call(String doing, UrlAsk ask, Attempt<T> attempt) throws StoreException {
    for (int failures = 1; ; failures++) {
      StoreException failure;
      try {
        return attempt.run(url(ask));
      } catch (Passing e) {
        failure = e.told();
      } catch (IOException e) {
        failure = unreached(doing);
      }
      if (failures == MOST_FAILURES) {
        throw failure;
      }
      rest(failures);
    }
  }

  private void rest(int failures) throws StoreException {
    try {
      time.sleep(FIRST_PAUSE.multipliedBy(1L << (failures - 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Kind.UNREACHABLE, "It was abandoned: this session is ending.");
    }
  }

  /** Without a cause: it may quote the address. */
  private static StoreException unreached(String doing) {
    return new StoreException(
        Kind.UNREACHABLE,
        "Could not %s: the bucket could not be reached; it is worth trying again, and if it lasts, check this machine's network."
            .formatted(doing));
  }

  private static void requireGood(String doing, LentRequest request)
      throws StoreException, IOException {
    if (!request.isGood()) {
      LentRequest.Failure failure = request.failure();
      StoreException told = S3Calls.lent(doing, failure.status(), failure.code());
      if (failure.passes()) {
        throw new Passing(told);
      }
      throw told;
    }
  }

  private static byte[] read(String doing, LentUrl url, int most)
      throws StoreException, IOException {
    try (LentRequest request = LentRequest.of(UrlAsk.Verb.GET, url, 0)) {
      requireGood(doing, request);
      try (InputStream in = request.body()) {
        return in.readNBytes(most);
      }
    }
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    String doing = "read " + storeId;
    return call(doing, UrlAsk.get(storeId), url -> read(doing, url, most));
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    String doing = "look at " + storeId;
    try {
      return Optional.of(
          call(
              doing,
              UrlAsk.head(storeId),
              url -> {
                try (LentRequest request = LentRequest.of(UrlAsk.Verb.HEAD, url, 0)) {
                  requireGood(doing, request);
                  return new Stat(request.length(), sha256(request));
                }
              }));
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What the server computed over the whole file. */
  private static Optional<Sha256> sha256(LentRequest request) {
    boolean isOfParts = request.header("ETag").orElse("").contains("-");
    return request
        .header("x-amz-checksum-sha256")
        .filter(text -> !isOfParts && !text.contains("-"))
        .map(text -> new Sha256(HexFormat.of().formatHex(Base64.getDecoder().decode(text))));
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return stat(path).map(there -> path);
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    try {
      return get(storeId, OutputStream.nullOutputStream(), moved -> {});
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written", e);
    }
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    try (OutputStream to = Files.newOutputStream(target)) {
      return get(storeId, to, moved);
    }
  }

  /** A local failure is no fault of the store, and must not be taken for one. */
  private static final class LocalFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalFault(IOException cause) {
      super(cause);
    }

    IOException error() {
      return (IOException) getCause();
    }
  }

  private Sha256 get(String storeId, OutputStream to, LongConsumer moved)
      throws StoreException, IOException {
    MessageDigest sha256 = Sha256.newDigest();
    long[] at = {0};
    try {
      for (boolean whole = false; !whole; ) {
        long before = at[0];
        try {
          whole =
              call(
                  "read " + storeId,
                  UrlAsk.get(storeId),
                  url -> rest(url, storeId, at, to, sha256, moved));
        } catch (StoreException e) {
          if (at[0] == before || e.kind() != Kind.UNREACHABLE) {
            throw e;
          }
        }
      }
    } catch (LocalFault e) {
      throw e.error();
    }
    return Sha256.of(sha256);
  }

  /** Reads on from where the last attempt broke off. */
  private static boolean rest(
      LentUrl url,
      String storeId,
      long[] at,
      OutputStream to,
      MessageDigest sha256,
      LongConsumer moved)
      throws StoreException, IOException {
    try (LentRequest request = LentRequest.of(UrlAsk.Verb.GET, url, at[0])) {
      requireGood("read " + storeId, request);
      if (at[0] > 0 && request.status() != 206) {
        throw new StoreException(
            Kind.UNREACHABLE,
            "Could not read %s: the server sends no part of a file.".formatted(storeId));
      }
      long size = at[0] + request.length();
      byte[] chunk = new byte[CHUNK];
      try (InputStream in = request.body()) {
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          write(to, chunk, read);
          sha256.update(chunk, 0, read);
          at[0] += read;
          moved.accept(read);
        }
      }
      if (at[0] < size) {
        throw new IOException("the connection broke");
      }
      return true;
    }
  }

  private static void write(OutputStream to, byte[] chunk, int count) {
    try {
      to.write(chunk, 0, count);
    } catch (IOException e) {
      throw new LocalFault(e);
    }
  }

  /** A lost answer is told from another's folder by what is in the object. */
  @Override
  public void createFolder(String path) throws StoreException {
    byte[] mine = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    String object = path + "/";
    UrlAsk ask = UrlAsk.put(object, mine.length, Sha256.of(mine));
    try {
      call(
          "write " + object,
          ask,
          url -> put(url, ask, new ByteArrayInputStream(mine), (chunk, count) -> {}));
    } catch (StoreException e) {
      if (e.kind() != Kind.EXISTS || !Arrays.equals(read(object, CHUNK), mine)) {
        throw e;
      }
    }
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    String path = folder + "/" + file.name();
    if (file.size() > most) {
      throw new StoreException(
          Kind.FULL,
          "The file %s has %,d bytes, and an address that is lent takes %,d at most. Give this worker keys of its own (--s3 s3://BUCKET/PREFIX), or make the program's state smaller."
              .formatted(path, file.size(), most));
    }
    UrlAsk ask = UrlAsk.put(path, file.size(), file.sha256());
    Progress progress = new Progress(moved);
    try {
      call(
          "write " + path,
          ask,
          url -> {
            try (InputStream in = open(file.path())) {
              progress.again();
              put(url, ask, in, progress::sent);
              return true;
            } catch (Passing e) {
              throw e;
            } catch (IOException e) {
              // A server that refuses early closes the connection, and the reason may be lost.
              if (stat(path).isPresent()) {
                throw new StoreException(Kind.EXISTS, path + " is there already.");
              }
              throw e;
            }
          });
    } catch (LocalFault e) {
      throw e.error();
    } catch (StoreException e) {
      file.requireUnchanged();
      if (e.kind() != Kind.EXISTS || !isOurs(path, file)) {
        throw e;
      }
      progress.all(file.size());
      return new FileEntry(file.name(), file.size(), file.sha256(), path);
    }
    // Not every server compares what it is sent with the sha256.
    file.requireSame(progress.at, progress.crc.getValue());
    return new FileEntry(file.name(), file.size(), file.sha256(), path);
  }

  /** The answer to an attempt that had come through may have been lost. */
  private boolean isOurs(String path, HashedFile file) throws StoreException {
    Optional<Stat> there = stat(path).filter(found -> found.size() == file.size());
    if (there.isEmpty()) {
      return false;
    }
    Optional<Sha256> told = there.get().sha256();
    return (told.isPresent() ? told.get() : digest(path)).equals(file.sha256());
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new LocalFault(e);
    }
  }

  /** Is told of bytes that are on their way. */
  private interface Sent {
    void chunk(byte[] bytes, int count);
  }

  private static boolean put(LentUrl url, UrlAsk ask, InputStream in, Sent sent)
      throws StoreException, IOException {
    try (LentRequest request =
        LentRequest.put(
            url,
            ask.size(),
            out -> {
              byte[] chunk = new byte[CHUNK];
              for (long left = ask.size(); left > 0; ) {
                int read = read(in, chunk, (int) Math.min(CHUNK, left));
                out.write(chunk, 0, read);
                left -= read;
                sent.chunk(chunk, read);
              }
            })) {
      requireGood("write " + ask.path(), request);
      return true;
    }
  }

  private static int read(InputStream in, byte[] chunk, int most) {
    try {
      int read = in.read(chunk, 0, most);
      if (read < 0) {
        throw new IOException("the file became shorter while it was stored");
      }
      return read;
    } catch (IOException e) {
      throw new LocalFault(e);
    }
  }

  /** How far a file has come, told once for every byte, however often it is sent. */
  private static final class Progress {
    private final CRC32C crc = new CRC32C();
    private final LongConsumer moved;
    private long at;
    private long furthest;

    Progress(LongConsumer moved) {
      this.moved = moved;
    }

    void again() {
      at = 0;
      crc.reset();
    }

    void sent(byte[] chunk, int count) {
      crc.update(chunk, 0, count);
      at += count;
      all(at);
    }

    void all(long position) {
      if (position > furthest) {
        long more = position - furthest;
        furthest = position;
        moved.accept(more);
      }
    }
  }

  @Override
  public List<Entry> list(String folder) {
    throw new UnsupportedOperationException("A worker without keys lists nothing.");
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo) {
    throw new UnsupportedOperationException("A worker without keys deletes nothing (R6).");
  }

  /** No bucket tells. */
  @Override
  public OptionalLong room() {
    return OptionalLong.empty();
  }

  @Override
  public Instant now() throws StoreException {
    String doing = "ask for the time";
    return call(
        doing,
        UrlAsk.head(StoreMarker.FILE_NAME),
        url -> {
          try (LentRequest request = LentRequest.of(UrlAsk.Verb.HEAD, url, 0)) {
            requireGood(doing, request);
            return Instant.from(
                DateTimeFormatter.RFC_1123_DATE_TIME.parse(request.header("Date").orElse("")));
          } catch (DateTimeException e) {
            throw new IOException("no date", e);
          }
        });
  }
}
