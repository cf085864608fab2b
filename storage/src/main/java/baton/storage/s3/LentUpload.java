package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Stat;
import baton.storage.HashedFile;
import baton.storage.LocalFailure;
import baton.storage.TransferProgress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Puts objects at lent addresses, and tells a lost answer from another's object. */
final class LentUpload {
  private final CheckpointStore store;
  private final LentCalls calls;
  private final long most;

  /**
   * @param store looks at what is there
   * @param most the most bytes that one PUT may send
   */
  LentUpload(CheckpointStore store, LentCalls calls, long most) {
    this.store = store;
    this.calls = calls;
    this.most = most;
  }

  /** A retry after a lost answer recognizes its own folder by the object's content. */
  void createFolder(String path) throws StoreException {
    byte[] mine = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    String object = path + "/";
    UrlAsk ask = UrlAsk.put(object, mine.length, Sha256.of(mine));
    try {
      calls.call(
          "write " + object,
          ask,
          url -> put(url, ask, new ByteArrayInputStream(mine), (chunk, count) -> {}));
    } catch (StoreException e) {
      if (e.kind() != Kind.EXISTS || !Arrays.equals(store.read(object, LentCalls.CHUNK), mine)) {
        throw e;
      }
    }
  }

  /** Puts a file, which must be new there. */
  FileEntry put(String folder, HashedFile file, LongConsumer moved)
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
      calls.call(
          "write " + path,
          ask,
          url -> {
            try (InputStream in = open(file.path())) {
              progress.again();
              put(url, ask, in, progress::sent);
              return true;
            } catch (LentCalls.Passing e) {
              throw e;
            } catch (IOException e) {
              // A server that refuses early closes the connection, and the reason may be lost.
              if (store.stat(path).isPresent()) {
                throw new StoreException(Kind.EXISTS, path + " is there already.");
              }
              throw e;
            }
          });
    } catch (LocalFailure e) {
      throw e.error();
    } catch (StoreException e) {
      file.requireUnchanged();
      if (e.kind() != Kind.EXISTS || !isOurs(path, file)) {
        throw e;
      }
      progress.reported.reached(file.size());
      return new FileEntry(file.name(), file.size(), file.sha256(), path);
    }
    // Not every server verifies the sha256 of what it is sent.
    file.requireSame(progress.at, progress.crc.getValue());
    return new FileEntry(file.name(), file.size(), file.sha256(), path);
  }

  /** Whether the stored file is ours: the answer to a successful attempt may have been lost. */
  private boolean isOurs(String path, HashedFile file) throws StoreException {
    Optional<Stat> there = store.stat(path).filter(found -> found.size() == file.size());
    if (there.isEmpty()) {
      return false;
    }
    Optional<Sha256> told = there.get().sha256();
    return (told.isPresent() ? told.get() : store.digest(path)).equals(file.sha256());
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new LocalFailure(e);
    }
  }

  /** Is notified of bytes that are being sent. */
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
              byte[] chunk = new byte[LentCalls.CHUNK];
              for (long left = ask.size(); left > 0; ) {
                int read = read(in, chunk, (int) Math.min(LentCalls.CHUNK, left));
                out.write(chunk, 0, read);
                left -= read;
                sent.chunk(chunk, read);
              }
            })) {
      LentCalls.requireGood("write " + ask.path(), request);
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
      throw new LocalFailure(e);
    }
  }

  /** What one attempt has sent; over all attempts each byte is reported once. */
  private static final class Progress {
    private final CRC32C crc = new CRC32C();
    private final TransferProgress reported;
    private long at;

    Progress(LongConsumer moved) {
      this.reported = new TransferProgress(moved);
    }

    void again() {
      at = 0;
      crc.reset();
    }

    void sent(byte[] chunk, int count) {
      crc.update(chunk, 0, count);
      at += count;
      reported.reached(at);
    }
  }
}
