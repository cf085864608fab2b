package baton.worker;

import baton.protocol.SessionId;
import baton.protocol.StoreId;
import baton.protocol.client.CoordinatorClient;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.DirectoryStore;
import baton.worker.http.HttpCoordinator;
import baton.worker.segment.Action;
import baton.worker.segment.CheckpointStore;
import baton.worker.segment.CoordinatorPort;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.Program;
import baton.worker.segment.Session;
import baton.worker.segment.Settings;
import baton.worker.segment.StoreException;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A worker, wired: the one place where a session gets its coordinator, store and programs. */
public final class Worker implements AutoCloseable {
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 8;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Scratch scratch;
  private final Control control;

  /**
   * What a worker is started with.
   *
   * @param device {@code cpu}, {@code gpu}, or {@code best} of both
   * @param scratch where a folder for this session is made on the local disk
   * @param environment the variables that concern PyTorch are looked at
   */
  public record Options(
      URI coordinator,
      String token,
      String name,
      Path storeDirectory,
      Settings settings,
      int threads,
      String device,
      Path scratch,
      Map<String, String> environment) {}

  /** What a session is made of, for those who bring their own. */
  record Parts(
      CoordinatorPort coordinator,
      CheckpointStore store,
      List<Program> programs,
      String device,
      Path scratch) {}

  /**
   * A worker as a person starts it.
   *
   * @throws StoreException if the store cannot be opened
   * @throws TroubleException if PyTorch does not load, or has no such device
   * @throws IOException if there is no room for the session's own folder
   */
  public static Worker of(Options options, Audience audience)
      throws StoreException, TroubleException, IOException {
    SecureRandom random = new SecureRandom();
    CoordinatorPort coordinator =
        new HttpCoordinator(new CoordinatorClient(options.coordinator(), options.token()));
    CheckpointStore store =
        DirectoryStore.open(
            options.storeDirectory(), () -> new StoreId("store-" + hex(random, ID_BYTES)));
    TorchEngine torch =
        new TorchEngine(
            new TorchSettings(options.threads(), Optional.empty(), options.environment()));
    String device = options.device().equals("best") ? torch.bestDevice() : options.device();
    Parts parts = new Parts(coordinator, store, Programs.builtIn(torch), device, options.scratch());
    return new Worker(parts, options.name(), options.settings(), audience, random);
  }

  Worker(Parts parts, String name, Settings settings, Audience audience, SecureRandom random)
      throws IOException {
    this.scratch = Scratch.in(parts.scratch());
    Map<String, Program> programs =
        parts.programs().stream().collect(Collectors.toMap(Program::name, Function.identity()));
    SessionId id = new SessionId(hex(random, ID_BYTES));
    Supplier<Moment> clock = Worker::now;
    Identity identity =
        new Identity(id, name, programs.keySet(), parts.store().id(), parts.device());
    this.control =
        new Control(
            new Session(settings, new SplittableRandom(random.nextLong()), clock.get()),
            clock,
            events,
            new Requests(
                parts.coordinator(), identity, () -> hex(random, SECRET_BYTES), clock, events::add),
            new Transfers(
                new Checkpoints(parts.store(), scratch.folder("save")),
                scratch.folder("restored"),
                id,
                Clock.systemUTC(),
                events::add),
            new Trainer(programs, parts.device(), events::add),
            audience);
  }

  /** Runs one session on the calling thread, to its end. */
  public Action.Exit run() throws InterruptedException {
    return control.run();
  }

  /** Has the session save, commit, release and end, all within 20 s; returns at once. */
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
  public void close() throws IOException {
    scratch.close();
  }
}
