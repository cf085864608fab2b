package baton.proofs.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.proofs.process.MachineCredentials;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.message.JobView;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.fake.FakeDrive;
import baton.storage.drive.fake.StoredFile;
import baton.worker.WorkerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A coordinator and workers, all real processes, over a fake Drive in this one. */
final class DriveRig implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String CLIENT = "rig-client";
  private static final Duration TTL = Duration.ofSeconds(1);
  private static final List<String> FLAGS =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** A number that Python's own generator moves, for as long as a save takes. */
  private static final String SCRIPT =
      """
      import random, time
      import baton

      job = baton.job(epochs=2, seed=1, pause=0.05)
      weights = {"w": random.random()}
      run = baton.resume(state=weights)
      for x in run.batches([1.0, 2.0]):
          time.sleep(job.pause)
          weights["w"] -= 0.1 * (weights["w"] - x * random.random())
          run.step(loss=weights["w"])
      """;

  final FakeDrive drive;
  final Path folder;
  private final MachineCredentials signIn;
  private final CoordinatorServer coordinator;
  private final CoordinatorClient admin;
  private final List<JavaProcess> workers = new CopyOnWriteArrayList<>();
  final List<String> told = new CopyOnWriteArrayList<>();

  DriveRig(Path folder) throws IOException {
    this.folder = folder;
    drive = FakeDrive.start(folder.resolve("drive"), 0, InstantSource.system());
    signIn =
        MachineCredentials.in(
            folder,
            drive.base(),
            CLIENT,
            drive.auth().consent(CLIENT, "rig@example.com", FakeAuth.DRIVE_FILE));
    coordinator = new CoordinatorServer(folder, Optional.empty(), line -> {});
    coordinator.start();
    admin = coordinator.client("admin");
    Files.writeString(folder.resolve("token"), coordinator.token("worker"));
    Files.writeString(folder.resolve("train.py"), SCRIPT);
  }

  String token(String role) {
    return coordinator.token(role);
  }

  String uri() {
    return coordinator.uri().toString();
  }

  void killAll() {
    workers.forEach(JavaProcess::kill);
  }

  CoordinatorClient admin() {
    return admin;
  }

  /** Signs in to the fake, as application-default credentials do to Google. */
  Map<String, String> environment() {
    return signIn.environment();
  }

  /** A policy that bears any number of deaths. */
  static Policy patient() {
    Policy p = Policy.DEFAULT;
    return p.withTtl(TTL)
        .withSegmentEpochs(1)
        .withCadence(Cadence.EVERY_EPOCH)
        .withLostInARow(1_000)
        .withStallsInARow(1_000)
        .keeping(3, Retention.NEWEST_ONLY);
  }

  JobId submit(String name, int epochs) throws Exception {
    JobSpec spec = JobSpec.of(name, "toy", epochs).withSeed(42).withPolicy(patient());
    return admin.submit(spec, Optional.empty()).id();
  }

  JobView job(JobId id) throws Exception {
    return admin.job(id);
  }

  JobView complete(JobId id) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> job(id).state().equals("COMPLETE"));
    return await().until(() -> job(id), job -> true);
  }

  JavaProcess worker(String name, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--coordinator", coordinator.uri().toString(), "--name", name));
    arguments.addAll(List.of("--token-file", folder.resolve("token").toString()));
    arguments.addAll(List.of("--store", "drive", "--drive-api", drive.base().toString()));
    arguments.addAll(List.of("--spool", folder.resolve("spool").toString()));
    arguments.addAll(List.of("--program", "toy=python3 '" + folder.resolve("train.py") + "'"));
    arguments.addAll(List.of(more));
    JavaProcess worker =
        JavaProcess.start(WorkerMain.class, FLAGS, arguments, environment(), told::add);
    workers.add(worker);
    return worker;
  }

  /** Every manifest that anybody can see names files that are there, whole, and each once. */
  void assertNothingTornOrTwice() throws IOException {
    List<StoredFile> all = drive.files().all();
    assertThat(all.stream().map(file -> file.parent() + "/" + file.name())).doesNotHaveDuplicates();
    for (StoredFile manifest : drive.files().named(Manifest.FILE_NAME)) {
      String text = Files.readString(manifest.bytes().orElseThrow());
      for (Manifest.FileEntry entry : ManifestJson.read(text).files()) {
        assertThat(drive.files().byId(entry.storeId()))
            .hasValueSatisfying(
                file -> {
                  assertThat(file.size()).isEqualTo(entry.size());
                  assertThat(file.sha256()).isEqualTo(entry.sha256().hex());
                });
      }
    }
  }

  @Override
  public void close() throws IOException {
    workers.forEach(JavaProcess::kill);
    coordinator.close();
    drive.close();
  }
}
