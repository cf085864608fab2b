package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Downloads, whole or by range. */
final class MediaHandler {
  private static final int BUFFER = 1 << 18;
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final FakeFiles files;
  private final FakeAuth auth;

  MediaHandler(FakeFiles files, FakeAuth auth) {
    this.files = files;
    this.auth = auth;
  }

  void download(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    String id = exchange.lastStep();
    StoredFile file = files.visible(id, consent.sees()).orElseThrow(() -> DriveError.notFound(id));
    Path bytes =
        file.bytes()
            .orElseThrow(
                () ->
                    new DriveError(
                        403,
                        "fileNotDownloadable",
                        "Only files with binary content can be downloaded."));
    exchange.setHeader("Content-Type", file.mimeType());
    Optional<String> range =
        exchange.header("Range").filter(h -> exchange.fault(Action.IgnoreRange.class).isEmpty());
    if (range.isEmpty()) {
      send(exchange, 200, bytes, 0, file.size());
      return;
    }
    Matcher asked = RANGE.matcher(range.get());
    if (!asked.matches() || Long.parseLong(asked.group(1)) >= file.size()) {
      exchange.setHeader("Content-Range", "bytes */" + file.size());
      throw new DriveError(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
    }
    long first = Long.parseLong(asked.group(1));
    long end =
        asked.group(2).isEmpty()
            ? file.size()
            : Math.min(file.size(), Long.parseLong(asked.group(2)) + 1);
    exchange.setHeader("Content-Range", "bytes %d-%d/%d".formatted(first, end - 1, file.size()));
    send(exchange, 206, bytes, first, end);
  }

  private static void send(Exchange exchange, int status, Path bytes, long first, long end)
      throws IOException {
    boolean flip = exchange.fault(Action.FlipBit.class).isPresent();
    try (FileChannel from = FileChannel.open(bytes);
        OutputStream out = exchange.reply(status, end - first)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      for (long at = first; at < end; ) {
        buffer.clear().limit((int) Math.min(BUFFER, end - at));
        from.read(buffer, at);
        if (flip && at == first) {
          buffer.put(0, (byte) (buffer.get(0) ^ 1));
        }
        out.write(buffer.array(), 0, buffer.position());
        at += buffer.position();
      }
    }
  }
}
