package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds a job's chain in what lies in the store (design, section 5): the head is the checkpoint of
 * the highest fence, then position, whose files verify and whose parents lead back to the start.
 * Dates order nothing.
 */
public final class Recovery {
  private static final Comparator<Checkpoint> HIGHEST =
      Comparator.comparing(Checkpoint::fence).thenComparing(Checkpoint::position).reversed();

  private Recovery() {}

  /**
   * @param manifests one checkpoint for each manifest of the job in the store
   * @param isSound whether all files of a checkpoint are there with the right sha256
   * @param most how many to keep at most
   * @return the head first, each the parent of the one before it, all sound
   */
  public static List<Checkpoint> chain(
      Collection<Checkpoint> manifests, Predicate<Checkpoint> isSound, int most) {
    Map<Sha256, Checkpoint> byDigest = new HashMap<>();
    manifests.forEach(checkpoint -> byDigest.put(checkpoint.digest(), checkpoint));
    Optional<Checkpoint> head =
        manifests.stream()
            .sorted(HIGHEST)
            .filter(checkpoint -> leadsToStart(checkpoint, byDigest) && isSound.test(checkpoint))
            .findFirst();
    List<Checkpoint> chain = new ArrayList<>();
    for (Optional<Checkpoint> next = head;
        next.isPresent() && chain.size() < most && isSound.test(next.get());
        next = next.get().parent().map(byDigest::get)) {
      chain.add(next.get());
    }
    return chain;
  }

  private static boolean leadsToStart(Checkpoint checkpoint, Map<Sha256, Checkpoint> byDigest) {
    Checkpoint at = checkpoint;
    while (at.parent().isPresent()) {
      Checkpoint parent = byDigest.get(at.parent().get());
      // A later position than its parent's: so this ends, whatever the manifests say.
      if (parent == null || !at.position().isAfter(parent.position())) {
        return false;
      }
      at = parent;
    }
    return true;
  }
}
