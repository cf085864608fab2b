package baton.storage.drive.fake;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** A Google Drive on a loopback port, with its OAuth endpoints beside it. */
public final class FakeDrive implements AutoCloseable {
  private final HttpListener listener;
  private final InstantSource clock;
  private final List<Operation> asked = Collections.synchronizedList(new ArrayList<>());
  private final Faults faults = new Faults();
  private volatile Consumer<Operation> watcher = operation -> {};
  private final FakeFiles files;
  private final Quota quota;
  private final FakeAuth auth;
  private final DeviceCodes deviceCodes;
  private final MetadataHandler metadata;
  private final UploadHandler uploads;
  private final MediaHandler media;
  private final OAuthHandler oauth;

  private FakeDrive(Path folder, int port, InstantSource clock) throws IOException {
    this.clock = clock;
    files = new FakeFiles(clock);
    quota = new Quota(files);
    auth = new FakeAuth(clock);
    deviceCodes = new DeviceCodes(clock);
    metadata = new MetadataHandler(files, quota, auth, clock);
    uploads = new UploadHandler(files, quota, auth, clock, folder);
    media = new MediaHandler(files, auth);
    oauth = new OAuthHandler(auth, deviceCodes);
    listener = new HttpListener(port, this::serve);
  }

  /**
   * Starts a Drive.
   *
   * @param folder where the bytes of files lie
   * @param port 0: any that is free
   */
  public static FakeDrive start(Path folder, int port, InstantSource clock) throws IOException {
    Files.createDirectories(folder);
    FakeDrive drive = new FakeDrive(folder, port, clock);
    drive.listener.start();
    return drive;
  }

  private void serve(HttpRequest request) throws IOException {
    Exchange exchange = new Exchange(request, faults);
    exchange.setHeader(
        "Date",
        DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atZone(ZoneOffset.UTC)));
    asked.add(exchange.operation());
    watcher.accept(exchange.operation());
    answer(exchange);
  }

  private void answer(Exchange exchange) throws IOException {
    try {
      misbehave(exchange);
      handle(exchange);
    } catch (DriveError e) {
      exchange.reply(e.status(), e.json());
    } catch (OAuthError e) {
      exchange.reply(e.status(), e.json());
    }
  }

  private void misbehave(Exchange exchange) throws IOException {
    exchange.fault(Action.First.class).ifPresent(first -> first.deed().run());
    if (exchange.fault(Action.ForgetSessions.class).isPresent()) {
      uploads.forgetAll();
    }
    if (exchange.fault(Action.Refuse.class).isPresent()) {
      Action.Refuse refusal = exchange.fault(Action.Refuse.class).get();
      exchange.body().transferTo(OutputStream.nullOutputStream());
      throw new DriveError(refusal.status(), refusal.reason(), "Refused by a rule.");
    }
  }

  private void handle(Exchange exchange) throws IOException {
    switch (exchange.operation()) {
      case START_UPLOAD -> uploads.start(exchange);
      case CHUNK, UPLOAD_STATUS -> uploads.put(exchange);
      case DOWNLOAD -> media.download(exchange);
      case GET -> metadata.get(exchange);
      case LIST -> metadata.list(exchange);
      case CREATE -> metadata.create(exchange);
      case UPDATE -> metadata.update(exchange);
      case DELETE -> metadata.delete(exchange);
      case GENERATE_IDS -> metadata.generateIds(exchange);
      case ABOUT -> metadata.about(exchange);
      case EMPTY_TRASH -> metadata.emptyTrash(exchange);
      case TOKEN -> oauth.token(exchange);
      case DEVICE_CODE -> oauth.deviceCode(exchange);
      case DEVICE_PAGE -> oauth.devicePage(exchange);
      case REVOKE -> oauth.revoke(exchange);
      case OTHER -> throw new DriveError(404, "notFound", "Not Found");
    }
  }

  /** The root of all addresses, with a slash at its end. */
  public URI base() {
    return URI.create("http://127.0.0.1:" + listener.port() + "/");
  }

  public Faults faults() {
    return faults;
  }

  public FakeFiles files() {
    return files;
  }

  public Quota quota() {
    return quota;
  }

  public FakeAuth auth() {
    return auth;
  }

  public DeviceCodes deviceCodes() {
    return deviceCodes;
  }

  /** Has every request told before it is answered. */
  public void watch(Consumer<Operation> told) {
    watcher = told;
  }

  /** How many upload sessions were begun so far. */
  public int uploadsBegun() {
    return uploads.begun();
  }

  /** Forgets every upload session. */
  public void forgetSessions() {
    uploads.forgetAll();
  }

  /** How often this was asked so far, with or without an answer. */
  public long count(Operation operation) {
    synchronized (asked) {
      return asked.stream().filter(operation::equals).count();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
