package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import java.util.List;
import java.util.Map;

/**
 * What a job keeps besides the chain of its head, and the scores of its kept checkpoints.
 *
 * @param apart newest first; none of them is linked to the head by a chain of kept checkpoints
 * @param scores the value of the metric that the job's policy names, for the checkpoints where it
 *     was measured
 */
public record PinnedCheckpoints(List<Checkpoint> apart, Map<Sha256, Double> scores) {
  static final PinnedCheckpoints EMPTY = new PinnedCheckpoints(List.of(), Map.of());

  public PinnedCheckpoints {
    apart = List.copyOf(apart);
    scores = Map.copyOf(scores);
  }
}
