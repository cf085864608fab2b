package baton.coordinator;

import baton.coordinator.checkpoint.StoredFiles;
import baton.coordinator.drive.DriveBroker;
import baton.coordinator.http.Bounds;
import baton.coordinator.http.EventFeed;
import baton.coordinator.http.HttpListener;
import baton.coordinator.http.Routes;
import baton.coordinator.http.SmallVertx;
import baton.coordinator.http.Subnet;
import baton.coordinator.http.Token;
import baton.coordinator.http.TokenFile;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Signals;
import baton.coordinator.relay.Relay;
import baton.coordinator.s3.BucketBroker;
import baton.coordinator.store.ClusterName;
import baton.coordinator.store.DataDirectory;
import baton.coordinator.store.Database;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.GroupCommitter;
import baton.coordinator.store.HazelcastNode;
import baton.coordinator.store.Members;
import baton.coordinator.store.MemoryHeartbeats;
import baton.coordinator.store.MemorySignals;
import baton.coordinator.store.PostgresDatabase;
import baton.coordinator.store.Registration;
import baton.coordinator.store.SamePlace;
import baton.coordinator.store.SqlJobStore;
import baton.coordinator.store.SqlTokens;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.storage.StoreTime;
import baton.storage.directory.DirectoryLocator;
import baton.storage.drive.SignedInStore;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.s3.S3Location;
import baton.storage.s3.S3Locator;
import baton.storage.s3.S3UrlSigner;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A running coordinator, constructed from its parts.
 *
 * <ol>
 *   <li>It locks the data directory and listens, but is not ready yet.
 *   <li>The database is opened and checked; a member of a cluster joins the others.
 *   <li>The relay starts; each live lease has a whole ttl from now (R12). The coordinator is ready.
 *   <li>On shutdown it stops being ready, answers the waiting workers, finishes its requests, and
 *       closes the parts in reverse order.
 * </ol>
 */
public final class Coordinator implements AutoCloseable {
  private static final Duration BETWEEN_BEATS = Duration.ofMillis(200);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /**
   * The heartbeat task is never so late unless the process was frozen or the database unreachable.
   */
  private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(3);

  private static final Duration DRAIN_AT_MOST = Duration.ofSeconds(3);

  private final HttpListener listener;
  private final Relay relay;
  private final EventFeed feed;
  private final List<Token> newTokens;
  private final Closing closing;

  /**
   * How a coordinator is to run.
   *
   * @param data its own folder
   * @param store a directory store that it can reach itself
   * @param port 0 for any free port
   * @param database empty for an embedded one in its own folder
   * @param password of the database, if it asks for one
   * @param cluster the members of its cluster; empty if it runs alone
   * @param trustedProxies the proxies whose X-Forwarded-For header is trusted
   * @param bucket a bucket with a store that it can reach itself
   */
  public record Settings(
      Path data,
      Optional<Path> store,
      String host,
      int port,
      Optional<DatabaseAddress> database,
      Optional<String> password,
      Optional<Members> cluster,
      List<Subnet> trustedProxies,
      Optional<S3Location> bucket) {
    public Settings {
      boolean shared = database.filter(DatabaseAddress.Postgres.class::isInstance).isPresent();
      if (cluster.isPresent() && !shared) {
        throw new IllegalArgumentException(
            "The members of a cluster share one database: name it with --database postgresql://…");
      }
    }

    /** Alone, with an embedded database, without a proxy. */
    public static Settings alone(Path data, Optional<Path> store, String host, int port) {
      return new Settings(
          data,
          store,
          host,
          port,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty());
    }

    public Settings withDatabase(DatabaseAddress address, Optional<String> itsPassword) {
      return new Settings(
          data,
          store,
          host,
          port,
          Optional.of(address),
          itsPassword,
          cluster,
          trustedProxies,
          bucket);
    }

    public Settings withCluster(Members members) {
      return new Settings(
          data,
          store,
          host,
          port,
          database,
          password,
          Optional.of(members),
          trustedProxies,
          bucket);
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "coordinator at %s:%d, data in %s".formatted(host, port, data);
    }
  }

  private Coordinator(
      HttpListener listener, Relay relay, EventFeed feed, List<Token> newTokens, Closing closing) {
    this.listener = listener;
    this.relay = relay;
    this.feed = feed;
    this.newTokens = newTokens;
    this.closing = closing;
  }

  /**
   * Starts a coordinator; returns once it is ready. If it cannot start, everything is closed again.
   */
  public static Coordinator start(Settings settings) {
    Closing closing = new Closing();
    try {
      return start(settings, closing);
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static Coordinator start(Settings settings, Closing closing) {
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    Supplier<Duration> ticker = () -> Duration.ofNanos(System.nanoTime());

    DataDirectory data = closing.add(DataDirectory.open(settings.data()), DataDirectory::close);
    Vertx vertx =
        closing.add(
            SmallVertx.start(), v -> v.close().toCompletionStage().toCompletableFuture().join());
    Bounds bounds = Bounds.of(settings.trustedProxies(), ticker);
    HttpListener listener =
        closing.add(
            HttpListener.listen(vertx, settings.host(), settings.port(), bounds),
            HttpListener::close);
    DatabaseAddress address = settings.database().orElseGet(() -> embedded(data));
    if (settings.database().isEmpty()) {
      data.requireDatabase();
    }
    Database database = Database.open(address, settings.password());
    Optional<SamePlace> samePlace =
        address instanceof DatabaseAddress.Sqlite sqlite
            ? Optional.of(new SamePlace(sqlite.file(), ticker))
            : Optional.empty();
    Optional<Registration> registration = register(database, settings, closing);
    SqlJobStore jobs =
        closing.add(
            settings.database().isEmpty() ? SqlJobStore.only(database) : new SqlJobStore(database),
            JobStore::close);
    registration.ifPresent(entry -> entry.onReturn(jobs::forget));
    Optional<HazelcastNode> cluster =
        settings.cluster().map(members -> join(members, database, random, closing));
    HeartbeatStore heartbeats =
        cluster.<HeartbeatStore>map(HazelcastNode::heartbeats).orElseGet(MemoryHeartbeats::new);
    Signals signals = cluster.<Signals>map(HazelcastNode::signals).orElseGet(MemorySignals::new);
    Runnable mayDecide =
        () -> {
          samePlace.ifPresent(SamePlace::check);
          registration.ifPresent(Registration::check);
          cluster.flatMap(HazelcastNode::cutOff).ifPresent(Coordinator::refuse);
        };
    GroupCommitter committer =
        closing.add(GroupCommitter.start(jobs, signals, clock, mayDecide), GroupCommitter::close);
    ExecutorService io = closing.add(IoThreads.start(), IoThreads::finish);
    committer.listen(new TransitionLog(jobs, io));
    ConsentFile consent = new ConsentFile(data.folder());
    StoredFiles drive = new StoredFiles(new SignedInStore(consent, StoreTime.ofMachine(), random));
    Optional<StoredFiles> store =
        settings.store().map(directory -> new StoredFiles(new DirectoryLocator(directory)));
    Optional<S3Locator> bucket =
        settings
            .bucket()
            .map(
                named ->
                    new S3Locator(
                        named, clock, () -> new StoreId("store-" + randomHex(random, 8))));
    bucket.ifPresent(
        locator ->
            closing.add(
                PeriodicTask.start(
                    "s3", "The bucket is not looked for", BETWEEN_LOOKS, locator::step),
                PeriodicTask::close));
    Relay relay =
        new Relay(
            new Relay.Parts(
                new Relay.State(jobs, committer, heartbeats, signals),
                new Relay.Time(clock, ticker, LONGEST_ABSENCE),
                new Relay.Stores(
                    new CompositeCheckpointFiles(
                        Stream.of(
                                store.stream(),
                                bucket.map(StoredFiles::new).stream(),
                                Stream.of(drive))
                            .<CheckpointFiles>flatMap(files -> files)
                            .toList()),
                    store.flatMap(StoredFiles::id)),
                io,
                () -> new JobId(randomHex(random, 8)),
                mayDecide));
    relay.start();
    cluster.ifPresent(node -> node.onMembership(relay::restartWaits));
    EventFeed feed = closing.add(new EventFeed(jobs.events(), io), EventFeed::close);
    signals.listen(job -> feed.wake());
    closing.add(
        PeriodicTask.start("events", "Events are not being told", BETWEEN_LOOKS, feed::wake),
        PeriodicTask::close);
    DriveBroker broker = new DriveBroker(consent, StoreTime.ofMachine(), random);
    closing.add(
        PeriodicTask.start(
            "drive", "Access to Google Drive is not kept", BETWEEN_LOOKS, broker::step),
        PeriodicTask::close);
    BucketBroker urls =
        bucket
            .map(found -> BucketBroker.of(found, new S3UrlSigner(settings.bucket().orElseThrow())))
            .orElseGet(BucketBroker::none);
    // Nothing can fail from here on, so newly drawn tokens will be shown.
    KnownTokens tokens = tokens(data, database);
    List<Token> newTokens = tokens.drawIfNone(random);
    listener.open(
        Routes.router(
            vertx,
            listener.inFlight(),
            listener.bounds(),
            new Routes.Parts(
                relay, jobs, broker, urls, tokens.read(), io, clock, ticker, mayDecide, feed)));
    // No holder could renew until now, so each lease has a whole ttl from now (R12).
    relay.restartWaits();
    closing.add(
        PeriodicTask.start("heartbeat", "Leases are not being watched", BETWEEN_BEATS, relay::tick),
        PeriodicTask::close);
    return new Coordinator(listener, relay, feed, newTokens, closing);
  }

  /** Replaces the tokens of a stopped coordinator; the old ones become invalid. */
  public static List<Token> drawNewTokens(
      Path data, Optional<DatabaseAddress> address, Optional<String> password) {
    try (DataDirectory directory = DataDirectory.open(data)) {
      if (address.isEmpty()) {
        directory.requireDatabase();
      }
      Database database = Database.open(address.orElseGet(() -> embedded(directory)), password);
      Upkeep.requireStopped(database);
      return tokens(directory, database).drawNew(new SecureRandom());
    }
  }

  private static KnownTokens tokens(DataDirectory data, Database database) {
    boolean isShared = database instanceof PostgresDatabase;
    return new KnownTokens(
        new TokenFile(data.folder()),
        isShared ? Optional.of(new SqlTokens(database)) : Optional.empty());
  }

  private static DatabaseAddress embedded(DataDirectory data) {
    return new DatabaseAddress.Sqlite(data.database());
  }

  private static void refuse(String why) {
    throw new CutOff(why, null);
  }

  /** Where it listens. */
  public URI address() {
    return listener.address();
  }

  /** The tokens drawn at the first start on a data directory; otherwise none. */
  public List<Token> newTokens() {
    return newTokens;
  }

  /** Drains, then closes everything. */
  @Override
  public void close() {
    listener.stopServing();
    relay.drain();
    feed.close();
    listener.awaitAnswers(DRAIN_AT_MOST);
    closing.close();
  }

  private static Optional<Registration> register(
      Database database, Settings settings, Closing closing) {
    if (!(database instanceof PostgresDatabase shared)) {
      return Optional.empty();
    }
    Registration registration =
        closing.add(Registration.enter(shared, settings.cluster()), Registration::close);
    closing.add(
        PeriodicTask.start(
            "members", "The other members are not looked at", BETWEEN_LOOKS, registration::look),
        PeriodicTask::close);
    return Optional.of(registration);
  }

  private static HazelcastNode join(
      Members members, Database database, SecureRandom random, Closing closing) {
    String name = ClusterName.of(database, "baton-" + randomHex(random, 16));
    return closing.add(HazelcastNode.join(name, members), HazelcastNode::close);
  }

  private static String randomHex(SecureRandom random, int bytes) {
    byte[] drawn = new byte[bytes];
    random.nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }
}
