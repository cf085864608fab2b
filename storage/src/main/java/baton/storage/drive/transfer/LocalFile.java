package baton.storage.drive.transfer;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A local file on its way to Drive, hashed on a thread of its own while its bytes are sent. */
public final class LocalFile implements AutoCloseable {
  private final FileChannel channel;
  private final long size;
  private final FutureTask<Sha256> digest;

  private LocalFile(FileChannel channel, long size, FutureTask<Sha256> digest) {
    this.channel = channel;
    this.size = size;
    this.digest = digest;
  }

  public static LocalFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path);
    FutureTask<Sha256> digest = new FutureTask<>(() -> Sha256.ofFile(path));
    Thread thread = new Thread(digest, "sha256");
    thread.setDaemon(true);
    thread.start();
    return new LocalFile(channel, channel.size(), digest);
  }

  FileChannel channel() {
    return channel;
  }

  public long size() {
    return size;
  }

  public Sha256 sha256() throws IOException {
    try {
      return digest.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("hashing was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  @Override
  public void close() throws IOException {
    digest.cancel(true);
    channel.close();
  }
}
