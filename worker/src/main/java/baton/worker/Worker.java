package baton.worker;

import baton.protocol.SessionId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.child.ChildProgram;
import baton.worker.data.DataCache;
import baton.worker.data.Sources;
import baton.worker.data.WebSource;
import baton.worker.http.HttpCoordinator;
import baton.worker.segment.Action;
import baton.worker.segment.CoordinatorPort;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.Program;
import baton.worker.segment.SegmentSettings;
import baton.worker.segment.Session;
import baton.worker.segment.TroubleException;
import baton.worker.train.Programs;
import baton.worker.train.TorchEngine;
import baton.worker.train.TorchSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Constructs and runs a worker: here a session gets its coordinator, store and programs. */
public final class Worker implements AutoCloseable {
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 8;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Scratch scratch;
  private boolean closed;
  private final DataFetcher dataFetcher;
  private final Trainer trainer;
  private final SessionLoop control;
  private final boolean borrows;

  /**
   * What a worker is started with.
   *
   * @param location where checkpoints are stored
   * @param programs scripts, each as {@code NAME=command}
   * @param programJars jars with programs, and with what they need
   * @param acceptNewCode whether the scripts go on from checkpoints that other versions of them
   *     made
   * @param caching where data is kept
   * @param device {@code cpu}, {@code gpu}, or {@code best} for a GPU if there is one
   * @param scratch where on the local disk the session creates its folder
   * @param environment of which the variables of PyTorch and Colab are used
   */
  public record Options(
      List<URI> coordinators,
      String token,
      String name,
      StoreLocation location,
      SegmentSettings settings,
      List<String> programs,
      List<Path> programJars,
      boolean acceptNewCode,
      int threads,
      String device,
      Path scratch,
      Caching caching,
      Map<String, String> environment) {}

  /**
   * Where a worker keeps what jobs train on.
   *
   * @param most the most bytes in it
   * @param drive the address of Drive's API, with a slash at its end
   */
  public record Caching(Path directory, long most, URI drive) {}

  /** The parts of a session, for callers that construct them. */
  record Parts(
      CoordinatorPort coordinator,
      OpenedStore store,
      List<Program> programs,
      String device,
      Scratch scratch,
      DataCache cache) {}

  /**
   * Creates a worker from the options that a person gives.
   *
   * @throws StoreException if the store cannot be opened
   * @throws TroubleException if PyTorch does not load, or has no such device
   * @throws IOException if the session's own folder cannot be created
   */
  public static Worker of(Options options, SessionListener listener)
      throws StoreException, TroubleException, IOException {
    return of(options, UnaryOperator.identity(), listener);
  }

  static Worker of(Options options, UnaryOperator<Program> programsAsRun, SessionListener listener)
      throws StoreException, TroubleException, IOException {
    SecureRandom random = new SecureRandom();
    OpenedStore store =
        OpenedStore.at(
            options.location(),
            options.environment(),
            random,
            () -> new StoreId("store-" + hex(random, ID_BYTES)));
    CoordinatorClient client = client(options, store);
    store.urls().ifPresent(urls -> urls.from(client));
    CoordinatorPort coordinator = new HttpCoordinator(client);
    TorchEngine torch =
        new TorchEngine(
            new TorchSettings(options.threads(), Optional.empty(), options.environment()));
    String device = device(options, torch);
    Scratch scratch = Scratch.in(options.scratch());
    try {
      List<Program> programs =
          programs(options, torch, scratch, listener).stream().map(programsAsRun).toList();
      Parts parts =
          new Parts(coordinator, store, programs, device, scratch, cache(options, store, random));
      return new Worker(parts, options.name(), options.settings(), listener, random);
    } catch (IllegalArgumentException e) {
      scratch.close();
      throw e;
    }
  }

  private static CoordinatorClient client(Options options, OpenedStore store) {
    return store.urls().isPresent()
        ? CoordinatorClient.borrowingUrls(options.coordinators(), options.token())
        : new CoordinatorClient(options.coordinators(), options.token(), store.borrower());
  }

  /**
   * Does not load PyTorch just to ask it for the device: a worker with scripts may never need it in
   * this JVM.
   */
  private static String device(Options options, TorchEngine torch) throws TroubleException {
    boolean asksTorch = options.programs().isEmpty();
    String kind = options.device();
    switch (kind) {
      case "best":
        return asksTorch ? torch.bestDevice() : Devices.best();
      case Devices.CPU, Devices.GPU:
        if (asksTorch && kind.equals(Devices.GPU)) {
          torch.requireDevice(kind);
        }
        return kind;
      default:
        throw new IllegalArgumentException(
            "There is no kind of device named " + kind + ": ask for cpu, gpu or best");
    }
  }

  /** A script replaces a program of the same name that was found. */
  private static List<Program> programs(
      Options options, TorchEngine torch, Scratch scratch, SessionListener listener) {
    Map<String, Program> programs = new LinkedHashMap<>();
    List<ChildProgram> scripts = new ArrayList<>();
    for (String text : options.programs()) {
      ChildProgram script =
          ChildProgram.parse(
              text, scratch.folder("programs"), name -> new ChildListenerAdapter(listener, name));
      Program program = options.acceptNewCode() ? script.acceptingNewCode() : script;
      if (programs.put(program.name(), program) != null) {
        throw new IllegalArgumentException("Two programs have the name " + program.name());
      }
      scripts.add(script);
    }
    scripts.forEach(ChildProgram::requireStartable);
    Programs.found(torch, options.programJars())
        .forEach(program -> programs.putIfAbsent(program.name(), program));
    if (programs.isEmpty()) {
      throw new IllegalArgumentException(
          "This worker has no program: give it a script with --program, or a jar with --program-jar");
    }
    return List.copyOf(programs.values());
  }

  private static DataCache cache(Options options, OpenedStore store, SecureRandom random) {
    Caching caching = options.caching();
    DriveSource drive =
        new DriveSource(
            () ->
                store.drive().isPresent()
                    ? store.drive().get()
                    : OpenedStore.ownDrive(caching.drive(), options.environment(), random));
    return new DataCache(
        caching.directory(),
        caching.most(),
        new Sources(new WebSource(pause -> Thread.sleep(pause.toMillis())), drive),
        InstantSource.system());
  }

  Worker(
      Parts parts,
      String name,
      SegmentSettings settings,
      SessionListener listener,
      SecureRandom random) {
    this.scratch = parts.scratch();
    this.borrows = parts.store().isLent();
    Map<String, Program> programs =
        parts.programs().stream().collect(Collectors.toMap(Program::name, Function.identity()));
    SessionId id = new SessionId(hex(random, ID_BYTES));
    Supplier<Moment> clock = Worker::now;
    Identity identity =
        new Identity(
            id, name, programs.keySet(), parts.store().read(), Devices.name(parts.device()));
    this.dataFetcher = new DataFetcher(parts.cache(), events::add);
    this.trainer = new Trainer(programs, parts.device(), events::add);
    this.control =
        new SessionLoop(
            new Session(settings, new SplittableRandom(random.nextLong()), clock.get()),
            clock,
            events,
            new Requests(
                parts.coordinator(),
                identity,
                () -> hex(random, SECRET_BYTES),
                clock,
                events::add,
                key ->
                    parts
                        .store()
                        .urls()
                        .ifPresent(
                            urls -> urls.of(new Held(key.job(), key.fence(), key.secret())))),
            dataFetcher,
            new Transfers(
                new Checkpoints(parts.store().store(), scratch.folder("save")),
                scratch.folder("restored"),
                id,
                Clock.systemUTC(),
                events::add),
            trainer,
            listener);
  }

  /** Whether its only access to its store is what the coordinator lends. */
  public boolean borrows() {
    return borrows;
  }

  /** Runs one session on the calling thread, to its end. */
  public Action.Exit run() throws InterruptedException {
    return control.run();
  }

  /** Makes the session save, commit, release and end within 20 s; returns at once. */
  public void shutDown() {
    events.add(new Event.ShutdownAsked());
  }

  private static Moment now() {
    return new Moment(Duration.ofNanos(System.nanoTime()), Clock.systemUTC().instant());
  }

  private static String hex(SecureRandom random, int bytes) {
    byte[] drawn = new byte[bytes];
    random.nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return; // the shutdown hook and the main thread both come here, and one must wait for the
      // other
    }
    closed = true;
    try (scratch) {
      dataFetcher.close();
      trainer.close();
    }
  }
}
