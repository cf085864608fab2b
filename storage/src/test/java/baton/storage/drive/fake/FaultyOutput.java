package baton.storage.drive.fake;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** An answer's body that leaves slowly, or is cut off, if a rule says so. */
final class FaultyOutput extends FilterOutputStream {
  private final Optional<Action.Slow> slow;
  private final boolean cut;
  private long left;

  FaultyOutput(OutputStream out, Exchange exchange) {
    super(out);
    this.slow = exchange.fault(Action.Slow.class);
    Optional<Action.CutReply> end = exchange.fault(Action.CutReply.class);
    this.cut = end.isPresent();
    this.left = end.map(Action.CutReply::afterBytes).orElse(Long.MAX_VALUE);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    int most = (int) Math.min(length, left);
    out.write(buffer, offset, most);
    left -= most;
    SlowLink.pass(slow, most);
    if (cut && left == 0) {
      out.flush();
      throw new ConnectionCut();
    }
  }

  /** The line stays open for the next answer. */
  @Override
  public void close() throws IOException {
    out.flush();
  }
}
