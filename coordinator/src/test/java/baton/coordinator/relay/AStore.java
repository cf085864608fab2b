package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.StoreContents;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What workers left in a store, in memory, to be read, edited and broken by tests. */
final class AStore implements StoreContents, CheckpointFiles {
  static final StoreId ID = new StoreId("store-1");
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  final Map<JobId, String> jobFiles = new HashMap<>();
  final Map<JobId, Map<String, String>> manifests = new LinkedHashMap<>();
  final Map<JobId, Long> torn = new HashMap<>();
  final Set<String> broken = new HashSet<>();
  boolean readable = true;
  boolean checkable = true;
  private Duration clock = Duration.ZERO;

  /** A job of six epochs that keeps two checkpoints, and its job file. */
  JobId job(String id, String name) {
    return job(id, name, Optional.empty());
  }

  JobId job(String id, String name, Optional<Data> data) {
    JobId job = new JobId(id);
    jobFiles.put(job, JobFile.of(job, spec(name, data)).write());
    manifests.put(job, new LinkedHashMap<>());
    return job;
  }

  static JobSpec spec(String name) {
    return spec(name, Optional.empty());
  }

  private static JobSpec spec(String name, Optional<Data> data) {
    Policy policy = Policy.DEFAULT.keeping(2, Policy.DEFAULT.retention());
    return new JobSpec(
        name, "digits", Map.of("rate", 0.1), 6, 7, 0, Optional.empty(), policy, data);
  }

  /** The worker's clock, by which manifests are dated. */
  void setClock(Duration ahead) {
    clock = ahead;
  }

  Manifest save(JobId job, long fence, int epoch, Optional<Manifest> parent) {
    Instant time = NOON.plus(clock).plus(Duration.ofMinutes(epoch));
    String folder =
        new CheckpointFolder(job, time, Position.ofEpochs(epoch), new Fence(fence), epoch).path();
    JobSpec spec = JobFile.read(jobFiles.get(job)).spec();
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            job,
            spec.name(),
            ID,
            new Fence(fence),
            Position.ofEpochs(epoch),
            epoch,
            folder,
            parent.map(AStore::digest),
            List.of(),
            Sha256.ofText("state " + epoch),
            7,
            Map.of("rate", 0.1),
            spec.data().map(Data::digest),
            "digits",
            Sha256.ofText("architecture"),
            Map.of("device", "gpu"),
            List.of(new Measurement(Position.ofEpochs(epoch), Map.of("wer", 1.0 / epoch))),
            new SessionId("session-" + fence),
            time);
    manifests.get(job).put(folder, ManifestJson.write(manifest));
    return manifest;
  }

  /** A line of so many epochs, each lease two of them. */
  List<Manifest> train(JobId job, int epochs) {
    List<Manifest> line = new ArrayList<>();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      Optional<Manifest> parent =
          line.isEmpty() ? Optional.empty() : Optional.of(line.get(line.size() - 1));
      line.add(save(job, (epoch + 1) / 2, epoch, parent));
    }
    return line;
  }

  void edit(Manifest manifest, String from, String to) {
    manifests
        .get(manifest.job())
        .computeIfPresent(manifest.folder(), (f, t) -> t.replace(from, to));
  }

  void lose(Manifest manifest) {
    broken.add(manifest.folder());
  }

  static Sha256 digest(Manifest manifest) {
    return ManifestJson.digest(ManifestJson.write(manifest));
  }

  @Override
  public StoreId id() {
    return ID;
  }

  @Override
  public List<JobContents> jobs() {
    if (!readable) {
      throw new StoreUnreadable("The store is away.", null);
    }
    return manifests.entrySet().stream()
        .map(
            e ->
                new JobContents(
                    e.getKey(),
                    Optional.ofNullable(jobFiles.get(e.getKey())),
                    e.getValue().entrySet().stream()
                        .map(m -> new Text(m.getKey(), m.getValue()))
                        .toList(),
                    torn.containsKey(e.getKey()) ? 1 : 0,
                    new Fence(torn.getOrDefault(e.getKey(), 0L))))
        .toList();
  }

  @Override
  public boolean reaches(StoreId store) {
    return store.equals(ID);
  }

  @Override
  public Verdict check(StoreId store, Checkpoint checkpoint) {
    if (!checkable) {
      return new Verdict.Unreachable("The store went away.");
    }
    return broken.contains(checkpoint.folder())
        ? new Verdict.Missing("model.safetensors")
        : new Verdict.Sound();
  }

  @Override
  public void delete(StoreId store, Checkpoint pruned, List<Checkpoint> kept) {
    throw new AssertionError("an adoption deletes nothing");
  }

  @Override
  public List<String> sweep(
      StoreId store, JobId job, Fence current, Collection<Checkpoint> committed) {
    throw new AssertionError("an adoption deletes nothing");
  }
}
