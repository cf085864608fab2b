package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.LocalFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/** Reads an object at lent addresses, and goes on where a connection broke. */
final class LentDownload {
  private final LentCalls calls;

  LentDownload(LentCalls calls) {
    this.calls = calls;
  }

  /** Writes the object into {@code to}; the sha256 of what came. */
  Sha256 get(String storeId, OutputStream to, LongConsumer moved)
      throws StoreException, IOException {
    MessageDigest sha256 = Sha256.newDigest();
    long[] at = {0};
    try {
      for (boolean whole = false; !whole; ) {
        long before = at[0];
        try {
          whole =
              calls.call(
                  "read " + storeId,
                  UrlAsk.get(storeId),
                  url -> rest(url, storeId, at, to, sha256, moved));
        } catch (StoreException e) {
          if (at[0] == before || e.kind() != Kind.UNREACHABLE) {
            throw e;
          }
        }
      }
    } catch (LocalFailure e) {
      throw e.error();
    }
    return Sha256.of(sha256);
  }

  /** Reads the rest of the file, from where the last attempt broke off. */
  private static boolean rest(
      LentUrl url,
      String storeId,
      long[] at,
      OutputStream to,
      MessageDigest sha256,
      LongConsumer moved)
      throws StoreException, IOException {
    try (LentRequest request = LentRequest.of(UrlAsk.Verb.GET, url, at[0])) {
      LentCalls.requireGood("read " + storeId, request);
      if (at[0] > 0 && request.status() != 206) {
        throw new StoreException(
            Kind.UNREACHABLE,
            "Could not read %s: the server sends no part of a file.".formatted(storeId));
      }
      long size = at[0] + request.length();
      byte[] chunk = new byte[LentCalls.CHUNK];
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
      throw new LocalFailure(e);
    }
  }
}
