package baton.proofs.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import baton.cli.process.CoordinatorServer;
import baton.cli.process.JavaProcess;
import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.Retention;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.Verified;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import baton.storage.s3.Bucket;
import baton.storage.s3.S3Location;
import baton.testing.PlainPython;
import baton.worker.WorkerMain;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator that has keys to a bucket, and workers that have none: real processes. */
@Timeout(240)
@Tag("proof")
class LentBucketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(100);
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final List<String> FLAGS =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Without a home, a profile or a machine's role: there are no keys to be found. */
  private static final Map<String, String> KEYLESS =
      Map.of("AWS_EC2_METADATA_DISABLED", "true", "HOME", "/nowhere");

  private static final String SCRIPT =
      """
      import random, time
      import baton

      job = baton.job(epochs=6, seed=1, pause=0.05)
      weights = {"w": random.random()}
      run = baton.resume(state=weights)
      for x in run.batches([1.0, 2.0]):
          time.sleep(job.pause)
          weights["w"] -= 0.1 * (weights["w"] - x * random.random())
          run.step(loss=weights["w"])
      """;

  @TempDir Path folder;
  private final Bucket bucket = new Bucket();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<JavaProcess> workers = new ArrayList<>();
  private CoordinatorServer coordinator;

  @BeforeAll
  static void withPython() {
    PlainPython.assume("LentBucketTest");
  }

  @BeforeEach
  void aCoordinatorWithKeys() throws Exception {
    S3Location place = bucket.place();
    coordinator =
        new CoordinatorServer(
            folder,
            Optional.empty(),
            told::add,
            List.of(
                "--s3",
                "s3://" + place.bucket() + "/" + place.prefix(),
                "--s3-endpoint",
                place.endpoint().orElseThrow().toString()),
            Map.of("AWS_ACCESS_KEY_ID", Bucket.KEY, "AWS_SECRET_ACCESS_KEY", Bucket.SECRET));
    coordinator.start();
    Files.writeString(folder.resolve("token"), coordinator.token("worker"));
    Files.writeString(folder.resolve("train.py"), SCRIPT);
    assertThat(System.getenv()).doesNotContainKey("AWS_ACCESS_KEY_ID");
  }

  @AfterEach
  void nobodyIsLeft() {
    workers.forEach(JavaProcess::kill);
    coordinator.close();
  }

  private JavaProcess worker(String name) {
    JavaProcess worker =
        JavaProcess.start(
            WorkerMain.class,
            FLAGS,
            List.of(
                "--coordinator",
                coordinator.uri().toString(),
                "--name",
                name,
                "--token-file",
                folder.resolve("token").toString(),
                "--store",
                "s3",
                "--verbose",
                "--spool",
                folder.resolve("spool-" + name).toString(),
                "--cache-dir",
                folder.resolve("cache").toString(),
                "--program",
                "toy=python3 '" + folder.resolve("train.py") + "'",
                "--once"),
            KEYLESS,
            told::add);
    workers.add(worker);
    return worker;
  }

  private JobId submit(String name, int epochs) throws Exception {
    Policy p = Policy.DEFAULT;
    Policy policy =
        new Policy(
            TTL,
            1,
            Cadence.EVERY_EPOCH,
            p.keepLast(),
            1_000,
            1_000,
            p.sessionsToFail(),
            p.barFor(),
            p.limits(),
            Retention.NEWEST_ONLY);
    JobSpec spec =
        new JobSpec(
            name, "toy", Map.of(), epochs, 42, 0, Optional.empty(), policy, Optional.empty());
    return coordinator.client("admin").submit(spec, Optional.empty()).id();
  }

  private JobView job(JobId id) throws Exception {
    return coordinator.client("admin").job(id);
  }

  private JobView complete(JobId id) throws Exception {
    await().atMost(PATIENCE).until(() -> job(id).state().equals("COMPLETE"));
    return job(id);
  }

  @Test
  void aRelayOfWorkersWithoutKeysEndsAsTheUnbrokenRunAndLeavesNoKeyAnywhere() throws Exception {
    JobId unbroken = submit("unbroken", 10);
    worker("alone");
    Sha256 exact = complete(unbroken).head().stateDigest();

    JobId relay = submit("relay", 10);
    JavaProcess victim = worker("killed");
    await().atMost(PATIENCE).until(() -> job(relay).head() != null);
    victim.kill();
    assertThat(job(relay).state()).isNotEqualTo("COMPLETE");
    worker("next");
    JobView over = complete(relay);

    assertThat(over.head().stateDigest()).isEqualTo(exact);
    assertThat(coordinator.client("viewer").segments(relay).stream().map(s -> s.fence()).distinct())
        .hasSize(2);
    for (CheckpointView row : coordinator.client("viewer").checkpoints(relay)) {
      assertThat(row.verified()).isEqualTo(Verified.COORDINATOR);
    }
    workers.forEach(JavaProcess::awaitEnd);
    coordinator.close();
    assertNowhere(Bucket.SECRET);
    assertNowhere(Bucket.KEY);
    assertNowhere("X-Amz-Signature");
  }

  /** Neither in what was printed, nor in the data directory, nor in what the bucket holds. */
  private void assertNowhere(String secret) throws Exception {
    assertThat(told).noneMatch(line -> line.contains(secret));
    for (String key : bucket.keys()) {
      assertThat(latin(bucket.content(key))).as(key).doesNotContain(secret);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(latin(Files.readAllBytes(file))).as(file.toString()).doesNotContain(secret);
      }
    }
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void anotherJobsPathAnEndedLeaseAndAForeignSecretAreLentNothing() throws Exception {
    JobId mine = submit("mine", 3);
    CoordinatorClient client =
        CoordinatorClient.borrowingUrls(List.of(coordinator.uri()), coordinator.token("worker"));
    Held held = lease(client);
    assertThat(held.job()).isEqualTo(mine);

    URI marker = client.urls(held, List.of(UrlAsk.get("baton-store.json"))).urls().get(0).address();
    assertThat(marker.getPath()).endsWith(bucket.place().prefix() + "baton-store.json");
    refused(ProblemType.NOT_YOURS, client, held, UrlAsk.get("another/f"));
    refused(
        ProblemType.NOT_YOURS,
        client,
        held,
        UrlAsk.put(mine + "/20260101-000000Z-e1-b0-f7-s1/f", 1, Sha256.ofText("x")));
    refused(
        ProblemType.FOREIGN_SECRET,
        client,
        new Held(mine, held.fence(), "guessed"),
        UrlAsk.get("baton-store.json"));
    assertThatThrownBy(
            () ->
                client.urls(
                    held,
                    Stream.generate(() -> UrlAsk.get("baton-store.json")).limit(101).toList()))
        .isInstanceOf(ProblemException.class);

    client.release(held, ReleaseReason.SESSION_ENDING, Optional.empty());
    refused(ProblemType.STALE_FENCE, client, held, UrlAsk.get("baton-store.json"));
  }

  @Test
  void aLeaseThatRanOutAndWasGivenToAnotherIsLentNothing() throws Exception {
    submit("mine", 3);
    CoordinatorClient client =
        CoordinatorClient.borrowingUrls(List.of(coordinator.uri()), coordinator.token("worker"));
    Held late = lease(client);
    await()
        .atMost(PATIENCE)
        .until(() -> client.lease(ask("ben"), Duration.ofSeconds(1)) instanceof Asked.Leased);
    refused(ProblemType.STALE_FENCE, client, late, UrlAsk.get("baton-store.json"));
  }

  private static Ask ask(String session) {
    return new Ask(
        Sha256.ofText("secret of " + session),
        new SessionId(session),
        session,
        Set.of("toy"),
        Set.of(),
        "cpu",
        Optional.empty(),
        Manifest.FORMAT);
  }

  /** The bucket becomes a store with the first worker that borrows. */
  private Held lease(CoordinatorClient client) throws Exception {
    List<Held> held = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              if (client.lease(ask("anna"), Duration.ofSeconds(1)) instanceof Asked.Leased leased) {
                held.add(Held.of(leased.grant(), "secret of anna"));
              }
              return !held.isEmpty();
            });
    return held.get(0);
  }

  private static void refused(ProblemType type, CoordinatorClient client, Held held, UrlAsk ask) {
    assertThatThrownBy(() -> client.urls(held, List.of(ask)))
        .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.type()).contains(type));
  }
}
