package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.cli.process.CoordinatorServer;
import baton.proofs.process.MachineCredentials;
import baton.protocol.JobId;
import baton.protocol.Json;
import baton.protocol.Position;
import baton.protocol.Verified;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView.DriveView;
import baton.storage.drive.Bench;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveAccount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: a coordinator that is signed in to Drive, and workers that have nothing. */
@Tag("proof")
class LentDriveTest {
  private static final String CLIENT = "own-client";
  private static final String ALICE = "alice@example.com";
  private static final int EPOCHS = 200;

  /** Training that leaves the processor to all others: how far it comes is no part of the story. */
  private static final String LEAST_PER_BATCH = "--batch-takes=20ms";

  /** The checkpoints that a job keeps: older files are deleted by the coordinator. */
  private static final int KEPT = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  @TempDir Path remote;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final BlockingQueue<DemoWorker.Word> words = new LinkedBlockingQueue<>();
  private Bench bench;
  private ConsentFile file;
  private DriveAccount account;
  private DemoSetup stage;
  private JobId job;
  private Map<String, String> signIn = Map.of();
  private List<String> more = List.of();

  /** The fake Drive of this test, as workers are told of it. */
  private final class OnBench implements StagedStore {
    @Override
    public List<String> workerArguments() {
      List<String> arguments = new ArrayList<>(List.of("--store", "drive", "--verbose"));
      arguments.addAll(List.of("--drive-access", signIn.isEmpty() ? "lent" : "own"));
      arguments.addAll(List.of("--drive-api", bench.drive().base().toString()));
      arguments.addAll(more);
      return arguments;
    }

    @Override
    public Map<String, String> workerEnvironment() {
      return signIn;
    }

    @Override
    public Optional<Path> ofCoordinator() {
      return Optional.empty();
    }

    @Override
    public List<String> failures() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() throws Exception {
    bench = new Bench(remote, 1);
    file = new ConsentFile(CoordinatorServer.data(folder));
    account = bench.signIn(file, CLIENT, ALICE);
    stage = new DemoSetup(folder, (at, faults) -> new OnBench(), line -> {}, said::add);
    job = stage.submit("lent", 5, EPOCHS, EPOCHS);
  }

  @AfterEach
  void end() throws IOException {
    stage.close();
    bench.close();
  }

  @Test
  void aConsentTakenBackInMidRelayStopsNoTrainingAndTheNextSignInCarriesItOn() throws Exception {
    DemoWorker anna = enters("anna");
    await().atMost(PATIENCE).until(() -> job().head() != null);

    bench.drive().auth().revoke(CLIENT);
    await().atMost(PATIENCE).until(() -> !drive().lends());
    assertThat(drive().notice()).contains(ALICE, "7 days", "baton drive login");
    String table = stage.ask("viewer", client -> client.statusText());
    assertThat(table).contains("baton drive login");
    Position durable = job().head().position();
    hear(anna, Position.ofEpochs(durable.epoch() + 3));
    assertThat(job().head().position()).as("the last durable head").isEqualTo(durable);
    assertThat(job().state()).isEqualTo("RUNNING");

    assertThat(bench.signIn(file, CLIENT, ALICE)).isEqualTo(account);
    await().atMost(PATIENCE).until(() -> job().head().position().isAfter(durable));
    assertThat(drive().lends()).isTrue();
    anna.tellToEnd();
    assertThat(anna.awaitEnd()).isZero();
    List<CheckpointView> checkpoints = stage.ask("viewer", client -> client.checkpoints(job));
    assertThat(checkpoints)
        .as("the coordinator has looked at each of them itself")
        .allMatch(row -> row.verified() == Verified.COORDINATOR);
    await().atMost(PATIENCE).until(() -> models() <= KEPT);
    List<SegmentView> segments = stage.ask("viewer", client -> client.segments(job));
    assertThat(segments)
        .as("nobody had to take over")
        .singleElement()
        .satisfies(segment -> assertThat(segment.ended()).isEqualTo("SESSION_ENDING"));
    assertNobodyTellsASecret();
  }

  @Test
  void aWorkerOfAnotherClientIsToldWhoseTheStoreIsBeforeItUploadsAnything() throws Exception {
    DemoWorker anna = enters("anna");
    await().atMost(PATIENCE).until(() -> job().head() != null);
    anna.kill();
    JobView before = job();
    int uploads = bench.drive().uploadsBegun();

    signIn = signInThrough("other-client");
    more = List.of("--idle-exit", "3s"); // why there is nothing is told when its wait is over
    DemoWorker ben = enters("ben");
    hear(ben, word -> word.text().contains("only the OAuth client own-client sees it there"));
    assertThat(bench.drive().uploadsBegun()).isEqualTo(uploads);
    assertThat(bench.drive().count(Operation.UPDATE)).isZero();
    ben.kill();

    signIn = Map.of();
    more = List.of();
    hear(enters("carla"), before.head().position());
  }

  /** A worker's own sign-in, of the same user through another OAuth client. */
  private Map<String, String> signInThrough(String client) throws IOException {
    String refreshToken = bench.drive().auth().consent(client, ALICE, FakeAuth.DRIVE_FILE);
    return MachineCredentials.in(folder, bench.drive().base(), client, refreshToken).environment();
  }

  private long models() {
    return bench.drive().files().named("model.safetensors").size();
  }

  private DemoWorker enters(String name) {
    return DemoWorker.enters(name, stage, words, LEAST_PER_BATCH);
  }

  private void hear(DemoWorker worker, Position position) {
    hear(worker, word -> word.position().filter(at -> at.isAfter(position)).isPresent());
  }

  /** Waits until the worker says something like this. */
  private void hear(DemoWorker worker, Predicate<DemoWorker.Word> wanted) {
    List<String> heard = new ArrayList<>();
    try {
      for (DemoWorker.Word word; (word = words.poll(90, TimeUnit.SECONDS)) != null; ) {
        heard.add(word.text());
        said.add(word.text());
        if (word.actor() == worker && wanted.test(word)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError(worker.name + " did not say it: " + heard);
  }

  private JobView job() {
    return stage.ask("viewer", client -> client.job(job));
  }

  private DriveView drive() {
    return stage.ask("viewer", client -> client.status()).drive();
  }

  /** All tokens of the fake, its device codes and its sessions' addresses contain the word. */
  private void assertNobodyTellsASecret() throws Exception {
    words.forEach(word -> said.add(word.text()));
    said.add(Json.writer().writeValueAsString(stage.ask("viewer", client -> client.status())));
    said.add(Json.writer().writeValueAsString(stage.ask("viewer", client -> client.segments(job))));
    said.add(
        Json.writer().writeValueAsString(stage.ask("viewer", client -> client.checkpoints(job))));
    assertThat(said).hasSizeGreaterThan(50).noneMatch(line -> line.contains("secret-"));
    assertThat(Files.readString(file.path())).as("the one place for it").contains("secret-");
    try (Stream<Path> files = Files.walk(CoordinatorServer.data(folder))) {
      for (Path other : files.filter(f -> Files.isRegularFile(f)).toList()) {
        String text = Files.readString(other, StandardCharsets.ISO_8859_1);
        assertThat(other.equals(file.path()) || !text.contains("secret-")).as("" + other).isTrue();
      }
    }
  }
}
