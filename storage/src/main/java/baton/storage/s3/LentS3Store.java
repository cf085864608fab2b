package baton.storage.s3;

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
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * A store in a bucket for which the worker has no keys. The coordinator lends it an address for
 * each operation on an object; the address of a PUT includes the sha256 and {@code If-None-Match:
 * *}. It lists and deletes nothing (R6).
 */
public final class LentS3Store implements CheckpointStore {
  private final LentCalls calls;
  private final LentDownload download;
  private final LentUpload upload;

  public LentS3Store(UrlLender lender, StoreTime time) {
    this(lender, time, S3Upload.ONE_PIECE);
  }

  /**
   * @param most the most bytes that one PUT may send
   */
  LentS3Store(UrlLender lender, StoreTime time, long most) {
    this.calls = new LentCalls(lender, time);
    this.download = new LentDownload(calls);
    this.upload = new LentUpload(this, calls, most);
  }

  @Override
  public StoreId id() {
    return calls
        .opened()
        .orElseThrow(() -> new IllegalStateException("the store was not opened yet"));
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    String doing = "read " + storeId;
    return calls.call(doing, UrlAsk.get(storeId), url -> LentCalls.read(doing, url, most));
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    String doing = "look at " + storeId;
    try {
      return Optional.of(
          calls.call(
              doing,
              UrlAsk.head(storeId),
              url -> {
                try (LentRequest request = LentRequest.of(UrlAsk.Verb.HEAD, url, 0)) {
                  LentCalls.requireGood(doing, request);
                  return new Stat(
                      request.length(),
                      S3Objects.sha256(
                          request.header("ETag"), request.header("x-amz-checksum-sha256")));
                }
              }));
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return stat(path).map(there -> path);
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    try {
      return download.get(storeId, OutputStream.nullOutputStream(), moved -> {});
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written", e);
    }
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    try (OutputStream to = Files.newOutputStream(target)) {
      return download.get(storeId, to, moved);
    }
  }

  @Override
  public void createFolder(String path) throws StoreException {
    upload.createFolder(path);
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    return upload.put(folder, file, moved);
  }

  @Override
  public List<Entry> list(String folder) {
    throw new UnsupportedOperationException("A worker without keys lists nothing.");
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo) {
    throw new UnsupportedOperationException("A worker without keys deletes nothing (R6).");
  }

  /** Unknown: S3 does not report free space. */
  @Override
  public OptionalLong room() {
    return OptionalLong.empty();
  }

  @Override
  public Instant now() throws StoreException {
    String doing = "ask for the time";
    return calls.call(
        doing,
        UrlAsk.head(StoreMarker.FILE_NAME),
        url -> {
          try (LentRequest request = LentRequest.of(UrlAsk.Verb.HEAD, url, 0)) {
            LentCalls.requireGood(doing, request);
            return Instant.from(
                DateTimeFormatter.RFC_1123_DATE_TIME.parse(request.header("Date").orElse("")));
          } catch (DateTimeException e) {
            throw new IOException("no date", e);
          }
        });
  }
}
