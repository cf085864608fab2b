package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Position;
import java.util.List;
import java.util.Map;

/**
 * What a recovery found of a job in its store.
 *
 * @param line the checkpoints from the head back to the start, newest first; empty if there is
 *     nothing to go on from
 * @param keeping those of the line that are complete and stay
 */
public record RecoveredJob(List<StoredManifest> line, RetainedSet keeping) {
  /** The store holds nothing to go on from. */
  public static final RecoveredJob NOTHING =
      new RecoveredJob(List.of(), new RetainedSet(List.of(), Map.of()));

  public RecoveredJob {
    line = List.copyOf(line);
    boolean headIsKept =
        !line.isEmpty()
            && !keeping.kept().isEmpty()
            && line.get(0).checkpoint().equals(keeping.kept().get(0));
    if (!headIsKept && !(line.isEmpty() && keeping.kept().isEmpty())) {
      throw new IllegalArgumentException("the head of a line is kept");
    }
  }

  /** The certificate of the whole line, from the start on (R7). */
  Certificate certificate() {
    Certificate certificate = Certificate.NONE;
    Position from = Position.START;
    for (int i = line.size() - 1; i >= 0; i--) {
      Checkpoint checkpoint = line.get(i).checkpoint();
      certificate = certificate.extended(line.get(i).profile(), from, checkpoint.fence());
      from = checkpoint.position();
    }
    return line.isEmpty() ? certificate : certificate.forgettingBefore(keeping.oldestOfChain());
  }
}
