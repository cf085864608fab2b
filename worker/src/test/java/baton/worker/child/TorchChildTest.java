package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.StateDigest;
import baton.storage.directory.DirectoryStore;
import baton.worker.checkpoint.Checkpoints;
import baton.worker.checkpoint.ManifestDraft;
import baton.worker.checkpoint.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PyTorch scripts of the Python tests, driven by a worker's hands. */
@NeedsPython({"torch", "numpy"})
final class TorchChildTest {
  private static final Path PROGRAMS = Path.of("src/test/python/programs");

  @TempDir Path folder;
  private Scripts scripts;

  @BeforeEach
  void inAnEmptyFolder() {
    scripts = new Scripts(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cnn.py", "gan.py"})
  void aTorchScriptThatIsKilledAndRelayedEqualsUnbroken(String program) throws Exception {
    String text = Files.readString(PROGRAMS.resolve(program));
    Sha256 unbroken = digestAtEndOf(scripts.begin(text));
    ChildRun first = scripts.begin(text);
    Position middle = new Position(1, 4);
    while (middle.isAfter(first.position())) {
      first.step();
    }
    Path files = scripts.save(first);
    assertThat(Safetensors.open(files.resolve("optimizer.safetensors"))).isNotEmpty();
    assertThat(first.numericProfile()).containsKeys("torch", "threads", "processor");
    ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
    first.close();
    assertThat(digestAtEndOf(scripts.goOn(text, middle, files))).isEqualTo(unbroken);
  }

  @Test
  void whatDoesNotTrainIsStoredOnceAndComesBack(@TempDir Path root, @TempDir Path spool)
      throws Exception {
    String text =
        """
        import torch, baton
        job = baton.job()
        model = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Linear(32, 1))
        model[0].requires_grad_(False)
        optimizer = torch.optim.SGD(model[1].parameters(), lr=0.1)
        run = baton.resume(model, optimizer)
        for x in run.batches([torch.ones(32), torch.zeros(32)]):
            loss = model(x).sum() ** 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.step(loss=loss)
        """;
    Checkpoints checkpoints =
        new Checkpoints(DirectoryStore.open(root, () -> new StoreId("store-1")), spool);
    Optional<StoredCheckpoint> newest = Optional.empty();
    Sha256 unbroken;
    try (ChildRun run = scripts.begin(text)) {
      for (int counter = 0; counter < 3; counter++) {
        run.step();
        newest =
            Optional.of(checkpoints.save(draft(run, counter, newest), run.snapshot(), bytes -> {}));
      }
      unbroken = digestAtEndOf(run);
    }
    assertThat(storedUnder(root, "model.safetensors")).isEqualTo(3);
    assertThat(storedUnder(root, "frozen.safetensors")).isEqualTo(1);

    Path files = folder.resolve("restored");
    checkpoints.restore(newest.orElseThrow().checkpoint(), files, bytes -> {});
    assertThat(Safetensors.open(files.resolve("frozen.safetensors")))
        .containsOnlyKeys("0.weight", "0.bias");
    assertThat(digestAtEndOf(scripts.goOn(text, new Position(1, 1), files))).isEqualTo(unbroken);
  }

  private static long storedUnder(Path root, String name) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> path.endsWith(name)).count();
    }
  }

  private static ManifestDraft draft(ChildRun run, int counter, Optional<StoredCheckpoint> parent) {
    return new ManifestDraft(
        new JobId("job-1"),
        Scripts.spec(Map.of()),
        new Fence(1),
        counter,
        parent.map(stored -> stored.checkpoint().digest()),
        parent.map(stored -> stored.manifest().files()).orElse(List.of()),
        Optional.empty(),
        run.architectureHash(),
        run.numericProfile(),
        List.of(),
        new SessionId("session-1"),
        Instant.EPOCH);
  }

  private Sha256 digestAtEndOf(ChildRun run) throws Exception {
    try (run) {
      while (!run.position().equals(Position.ofEpochs(Scripts.EPOCHS))) {
        run.step();
      }
      return StateDigest.of(scripts.save(run));
    }
  }
}
