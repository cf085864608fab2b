package baton.cli.verify;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a coordinator recorded about a job, to compare with the store. */
public record CheckpointHistory(JobView job, List<CheckpointView> checkpoints) {
  private static final String KEPT = "KEPT";
  private static final String REJECTED = "REJECTED";

  public CheckpointHistory {
    checkpoints = List.copyOf(checkpoints);
  }

  Optional<Sha256> head() {
    return Optional.ofNullable(job.head()).map(Checkpoint::digest);
  }

  /** Whether the files of this checkpoint must be there. */
  boolean keeps(Sha256 digest) {
    return checkpoints.stream()
        .anyMatch(row -> row.checkpoint().digest().equals(digest) && row.state().equals(KEPT));
  }

  /**
   * What is recorded but missing in the store; manifests are never deleted, even if files are
   * (R13).
   */
  List<String> missingIn(List<Found> manifests) {
    Map<Sha256, Found> byDigest =
        manifests.stream()
            .collect(Collectors.toMap(Found::digest, Function.identity(), (a, b) -> a));
    Map<String, Found> byFolder =
        manifests.stream().collect(Collectors.toMap(f -> f.folder().path(), Function.identity()));
    List<String> missing = new ArrayList<>();
    for (CheckpointView row : checkpoints) {
      Checkpoint recorded = row.checkpoint();
      if (!row.state().equals(REJECTED) && !byDigest.containsKey(recorded.digest())) {
        missing.add(
            "%s/manifest.json %s."
                .formatted(
                    recorded.folder(),
                    byFolder.containsKey(recorded.folder())
                        ? "is not the one that the coordinator recorded: it was changed"
                        : "was recorded by the coordinator and is gone"));
      }
    }
    return missing;
  }
}
