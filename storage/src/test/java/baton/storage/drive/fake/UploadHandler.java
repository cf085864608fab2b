package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Resumable uploads: begun by a POST, fed by PUTs to an address that is itself the permission. */
final class UploadHandler {
  private final FakeFiles files;
  private final Quota quota;
  private final FakeAuth auth;
  private final InstantSource clock;
  private final Path folder;
  private final FileJson json;
  private final Map<String, UploadSession> sessions = new ConcurrentHashMap<>();
  private final AtomicLong counter = new AtomicLong();

  UploadHandler(FakeFiles files, Quota quota, FakeAuth auth, InstantSource clock, Path folder) {
    this.files = files;
    this.quota = quota;
    this.auth = auth;
    this.clock = clock;
    this.folder = folder;
    this.json = new FileJson(files);
  }

  void forgetAll() {
    sessions.clear();
  }

  int begun() {
    return counter.intValue();
  }

  void start(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    String type = exchange.parameter("uploadType").orElse("");
    switch (type) {
      case "resumable" -> begin(exchange, consent);
      case "media" -> takeWhole(exchange, consent, WholeUpload.ofMedia(exchange));
      case "multipart" -> takeWhole(exchange, consent, WholeUpload.ofMultipart(exchange));
      default -> throw DriveError.invalid("Invalid upload type " + type);
    }
  }

  private void takeWhole(Exchange exchange, Consent consent, WholeUpload whole) throws IOException {
    NewFile file = NewFile.read(whole.metadata(), files, consent.sees());
    UploadSession session =
        session(file, consent, whole.content().length, exchange.parameter("fields"));
    try (FileChannel to =
        FileChannel.open(session.bytes(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      session.take(new ByteArrayInputStream(whole.content()), whole.content().length, to);
    }
    finish(session);
    answer(exchange, session);
  }

  private UploadSession session(
      NewFile file, Consent consent, long total, Optional<String> fields) {
    quota.require(total);
    return new UploadSession(
        file, consent, total, fields, folder.resolve("upload-" + counter.incrementAndGet()));
  }

  private void begin(Exchange exchange, Consent consent) throws IOException {
    JsonNode metadata = exchange.json();
    long total =
        exchange
            .header("X-Upload-Content-Length")
            .map(Long::parseLong)
            .orElseThrow(() -> DriveError.invalid("The fake wants X-Upload-Content-Length."));
    NewFile file = NewFile.read(metadata, files, consent.sees());
    UploadSession session = session(file, consent, total, exchange.parameter("fields"));
    String number = session.bytes().getFileName().toString().replace("upload-", "");
    String uploadId = "fake-session-secret-" + number;
    sessions.put(uploadId, session);
    exchange.setHeader(
        "Location",
        exchange.origin() + "/upload/drive/v3/files?uploadType=resumable&upload_id=" + uploadId);
    exchange.replyEmpty(200);
  }

  void put(Exchange exchange) throws IOException {
    if (exchange.header("Authorization").isPresent()) {
      auth.require(exchange);
    }
    String uploadId = exchange.parameter("upload_id").orElse("");
    UploadSession session =
        Optional.ofNullable(sessions.get(uploadId))
            .orElseThrow(() -> new DriveError(404, "notFound", "Not Found"));
    synchronized (session) {
      if (session.finished().isEmpty()) {
        boolean asksOnly = exchange.operation() == Operation.UPLOAD_STATUS;
        if (!asksOnly) {
          takeChunk(exchange, session);
        }
        // An empty file has come once its empty body has, and not before.
        if (session.isWhole() && !(asksOnly && session.total() == 0)) {
          finish(session);
        }
      }
      answer(exchange, session);
    }
  }

  private void takeChunk(Exchange exchange, UploadSession session) throws IOException {
    ContentRange range =
        exchange
            .header("Content-Range")
            .map(ContentRange::parse)
            .orElse(ContentRange.whole(session.total()));
    long length = exchange.header("Content-Length").map(Long::parseLong).orElse(-1L);
    if (exchange.fault(Action.NoProgress.class).isPresent()) {
      exchange.body().transferTo(OutputStream.nullOutputStream());
      return;
    }
    if (range.total() != session.total()
        || range.first() != session.stored()
        || range.length() != length
        || !range.isLast() && length % UploadSession.BLOCK != 0) {
      exchange.body().transferTo(OutputStream.nullOutputStream());
      throw DriveError.invalid("Invalid request. The Content-Range header does not fit.");
    }
    try (InputStream body = exchange.body();
        FileChannel to =
            FileChannel.open(
                session.bytes(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      session.take(body, length, to);
    }
  }

  private void finish(UploadSession session) throws IOException {
    files.requireFolder(session.file().parent(), session.consent().sees());
    quota.require(session.total());
    if (session.total() == 0) {
      FileChannel.open(session.bytes(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
          .close();
    }
    session.finish(
        files.add(
            session
                .file()
                .store(
                    session.consent().client(),
                    clock.instant(),
                    Optional.of(session.bytes()),
                    session.total(),
                    Optional.of(session.digest()))));
  }

  private void answer(Exchange exchange, UploadSession session) throws IOException {
    boolean hesitates = exchange.fault(Action.Hesitate.class).isPresent();
    if (session.finished().isEmpty() || hesitates) {
      if (session.stored() > 0) {
        exchange.setHeader("Range", "bytes=0-" + (session.stored() - 1));
      }
      exchange.replyEmpty(308);
      return;
    }
    ObjectNode file =
        json.of(session.finished().get(), session.fields(), session.consent().client());
    if (exchange.fault(Action.WrongSha256.class).isPresent()) {
      file.put("sha256Checksum", FileJson.NO_SHA256);
    }
    exchange.reply(200, file);
  }
}
