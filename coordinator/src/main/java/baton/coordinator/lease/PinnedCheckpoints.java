package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import java.util.List;
import java.util.Map;

/**
 * What a job keeps besides the chain of its head, and how its kept checkpoints did.
 *
 * @param apart newest first; none of them extends another by a chain that reaches the head
 * @param scores by the metric of the job's policy, of those where it was measured
 */
public record PinnedCheckpoints(List<Checkpoint> apart, Map<Sha256, Double> scores) {
  static final PinnedCheckpoints EMPTY = new PinnedCheckpoints(List.of(), Map.of());

  public PinnedCheckpoints {
    apart = List.copyOf(apart);
    scores = Map.copyOf(scores);
  }
}
