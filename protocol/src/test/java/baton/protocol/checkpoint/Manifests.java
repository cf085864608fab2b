package baton.protocol.checkpoint;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Manifests for tests. */
public final class Manifests {
  private Manifests() {}

  public static Manifest example() {
    return random(new Random(1));
  }

  /** Any manifest a worker could write, drawn from {@code random}. */
  public static Manifest random(Random random) {
    List<Manifest.FileEntry> files = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      files.add(
          new Manifest.FileEntry(
              "part-%d.safetensors".formatted(i),
              random.nextLong() >>> 12,
              sha256(random),
              "job/folder/" + random.nextInt()));
    }
    Position position = new Position(random.nextInt(1000), random.nextInt(1000));
    return new Manifest(
        Manifest.FORMAT,
        new JobId("job-" + random.nextInt(1000)),
        "digits",
        new StoreId("store-" + random.nextInt(1000)),
        new Fence(1 + random.nextInt(1 << 22)),
        position,
        random.nextInt(100),
        "job/folder",
        random.nextBoolean() ? Optional.empty() : Optional.of(sha256(random)),
        files,
        sha256(random),
        random.nextLong(),
        Map.of(
            "rate",
            random.nextDouble(),
            "layers",
            random.nextInt(),
            "name\n\"é😀",
            "é",
            "on",
            true),
        random.nextBoolean() ? Optional.empty() : Optional.of(sha256(random)),
        "digits",
        sha256(random),
        Map.of("threads", "1", "torch", "2.7.1", "device", "cpu"),
        List.of(new Measurement(position, Map.of("loss", metric(random), "accuracy", 1.0))),
        new SessionId("session-" + random.nextInt(1000)),
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
  }

  private static double metric(Random random) {
    return random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian();
  }

  private static Sha256 sha256(Random random) {
    return Sha256.ofText(Long.toString(random.nextLong()));
  }
}
