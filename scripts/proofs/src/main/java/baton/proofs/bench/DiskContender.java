package baton.proofs.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/** The disk alone: one writer that appends a page and waits until it is durable. */
final class DiskContender implements Contender {
  private static final int PAGE = 4096;

  private final FileChannel file;

  DiskContender(Path file) throws IOException {
    this.file = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public String name() {
    return "fdatasync";
  }

  @Override
  public String unit() {
    return "4 KiB appends";
  }

  /** Always uses one client: several cannot append to one file at once. */
  @Override
  public Rate measure(int clients, Duration warmUp, Duration length) throws Exception {
    return Rate.of(List.of(this::append), warmUp, length);
  }

  private void append() throws IOException {
    file.write(ByteBuffer.allocate(PAGE));
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
