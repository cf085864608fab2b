package baton.proofs.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.cli.BatonMain;
import baton.cli.process.JavaProcess;
import baton.protocol.Data;
import baton.protocol.JobId;
import baton.protocol.Json;
import baton.protocol.Sha256;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import baton.testing.PlainPython;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training on data from Drive and from a directory: all real processes, killed as they are. */
@Tag("proof")
@Timeout(300)
class DataRelayTest {
  private static final String SCRIPT =
      """
      import random, time
      import baton

      job = baton.job(epochs=2, seed=1)
      numbers = [float(x) for x in (job.data / "train" / "numbers.txt").read_text().split()]
      weights = {"w": random.random()}
      run = baton.resume(state=weights)
      for x in run.batches(numbers):
          time.sleep(0.02)
          weights["w"] -= 0.1 * (weights["w"] - x * random.random())
          run.step(loss=weights["w"])
      """;

  @TempDir Path folder;
  private DriveRig rig;
  private Path source;

  @BeforeEach
  void aCoordinatorADriveAndAFolderOfData() throws IOException {
    PlainPython.assume("DataRelayTest");
    rig = new DriveRig(folder);
    Files.writeString(folder.resolve("train.py"), SCRIPT);
    source = Files.createDirectories(folder.resolve("source/train"));
    Files.writeString(source.resolve("numbers.txt"), "3 1 4 1 5 9 2 6");
    for (int i = 0; i < 4; i++) {
      byte[] bytes = new byte[900_000];
      new Random(i).nextBytes(bytes);
      Files.write(source.resolve("clip-" + i), bytes);
    }
  }

  @AfterEach
  void nobodyIsLeft() throws IOException {
    if (rig != null) {
      rig.close();
    }
  }

  @Test
  void aRelayOnDataFromDriveEqualsTheUnbrokenRunOnTheSameDataFromADirectory() throws Exception {
    Path reference = folder.resolve("numbers.data.json");
    assertThat(put(reference, "--store-dir", folder.resolve("shelf").toString())).isZero();
    Data here = read(reference);
    JobId unbroken = submit("unbroken", reference);
    JavaProcess first = rig.worker("first", "--once", "--cache-dir", cache("a"));
    Sha256 exact = rig.complete(unbroken).head().stateDigest();
    first.awaitEnd();

    killedPutIsRunAgain(reference);
    Data there = read(reference);
    assertThat(there.digest()).isEqualTo(here.digest());

    JobId relay = submit("relay", reference);
    killedInMidDownload(relay);
    rig.worker("third", "--once", "--cache-dir", cache("b"));
    killedAfterItsFirstCommit(relay);
    rig.worker("last", "--cache-dir", cache("b"));
    assertThat(rig.complete(relay).head().stateDigest()).isEqualTo(exact);
    rig.assertNothingTornOrTwice();
    manifestsName(here.digest());
  }

  private String cache(String name) {
    return folder.resolve("cache-" + name).toString();
  }

  private int put(Path reference, String... where) {
    JavaProcess process = putting(reference, new CopyOnWriteArrayList<>(), where);
    return process.awaitEnd();
  }

  private JavaProcess putting(Path reference, List<String> lines, String... where) {
    List<String> arguments =
        new ArrayList<>(List.of("data", "put", source.getParent().toString(), "--name", "numbers"));
    arguments.addAll(List.of("--out", reference.toString(), "--shard", "1MB"));
    arguments.addAll(List.of(where));
    return JavaProcess.start(
        BatonMain.class, List.of("-Xmx128m"), arguments, rig.environment(), lines::add);
  }

  /** The second run finds what the first had put, and each archive lies there once. */
  private void killedPutIsRunAgain(Path reference) throws Exception {
    String[] where = {"--store", "drive", "--drive-api", rig.drive.base().toString()};
    int begunBefore = rig.drive.uploadsBegun();
    rig.drive.faults().next(Operation.CHUNK, new Action.Slow(3_000_000));
    List<String> lines = new CopyOnWriteArrayList<>();
    JavaProcess killed = putting(reference, lines, where);
    await().atMost(DriveRig.PATIENCE).until(() -> rig.drive.uploadsBegun() >= begunBefore + 3);
    killed.kill();
    assertThat(put(reference, where)).as(String.join("\n", lines)).isZero();
    Data data = read(reference);
    assertThat(rig.drive.uploadsBegun() - begunBefore)
        .as("only what was on its way is sent again")
        .isLessThanOrEqualTo(data.files().size() + 1);
    for (var file : data.files()) {
      assertThat(rig.drive.files().named(file.path())).hasSize(1);
    }
  }

  private static Data read(Path reference) throws IOException {
    return Json.readerFor(Data.class).readValue(Files.readString(reference));
  }

  /** As a person does, on the command line. */
  private JobId submit(String name, Path reference) throws Exception {
    Path token = Files.writeString(folder.resolve("admin"), rig.token("admin"));
    List<String> lines = new CopyOnWriteArrayList<>();
    JavaProcess submit =
        JavaProcess.start(
            BatonMain.class,
            List.of("-Xmx128m"),
            List.of(
                "submit",
                "toy",
                "--name",
                name,
                "--epochs",
                "6",
                "--seed",
                "42",
                "--ttl",
                "1s",
                "--data",
                reference.toString(),
                "--coordinator",
                rig.uri(),
                "--token-file",
                token.toString()),
            rig.environment(),
            lines::add);
    assertThat(submit.awaitEnd()).as(String.join("\n", lines)).isZero();
    return rig.admin().jobs().stream()
        .filter(job -> job.spec().name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  private void killedInMidDownload(JobId relay) throws Exception {
    rig.drive.faults().from(Operation.DOWNLOAD, 1, 50, new Action.Slow(400_000));
    JavaProcess second = rig.worker("second", "--cache-dir", cache("b"));
    await().atMost(DriveRig.PATIENCE).until(() -> partBytes() > 200_000);
    await().until(() -> "DATA".equals(String.valueOf(phase(relay))) || !second.isAlive());
    second.kill();
    rig.drive.faults().clear();
    assertThat(partBytes()).as("what has come is kept").isPositive();
  }

  private Object phase(JobId job) throws Exception {
    return rig.job(job).lease() == null ? null : rig.job(job).lease().phase();
  }

  private long partBytes() throws IOException {
    Path cache = Path.of(cache("b"));
    if (!Files.isDirectory(cache)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(file -> file.getParent().endsWith("parts"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private void killedAfterItsFirstCommit(JobId relay) {
    await().atMost(DriveRig.PATIENCE).until(() -> rig.job(relay).head() != null);
    rig.killAll();
  }

  private void manifestsName(Sha256 data) throws IOException {
    List<StoredFile> manifests = rig.drive.files().named("manifest.json");
    assertThat(manifests).isNotEmpty();
    for (StoredFile manifest : manifests) {
      assertThat(Files.readString(manifest.bytes().orElseThrow())).contains(data.hex());
    }
  }
}
