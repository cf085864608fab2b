package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Policy;
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
 * Finds a job's line of checkpoints in the store: the head is the checkpoint with the highest
 * fence, then position, whose files verify and whose parents lead back to the start. Dates are
 * ignored.
 */
public final class Recovery {
  private static final Comparator<StoredManifest> HIGHEST =
      Comparator.comparing((StoredManifest stored) -> stored.checkpoint().fence())
          .thenComparing(stored -> stored.checkpoint().position())
          .reversed();

  private final Map<Sha256, StoredManifest> byDigest = new HashMap<>();
  private final Map<Sha256, Boolean> checked = new HashMap<>();
  private final Predicate<Checkpoint> isSound;

  private Recovery(Collection<StoredManifest> manifests, Predicate<Checkpoint> isSound) {
    manifests.forEach(stored -> byDigest.put(stored.checkpoint().digest(), stored));
    this.isSound = isSound;
  }

  /**
   * @param manifests all manifests of the job in the store
   * @param isSound whether all files of a checkpoint are there with the right sha256; called for as
   *     few checkpoints as possible
   * @param policy decides which checkpoints of the line stay
   */
  public static RecoveredJob find(
      Collection<StoredManifest> manifests, Predicate<Checkpoint> isSound, Policy policy) {
    Recovery recovery = new Recovery(manifests, isSound);
    List<StoredManifest> line =
        manifests.stream()
            .sorted(HIGHEST)
            .filter(stored -> recovery.leadsToStart(stored.checkpoint()))
            .filter(stored -> recovery.isWhole(stored.checkpoint()))
            .findFirst()
            .map(recovery::lineOf)
            .orElse(List.of());
    return new RecoveredJob(line, recovery.keep(line, policy));
  }

  private boolean leadsToStart(Checkpoint checkpoint) {
    Checkpoint at = checkpoint;
    while (at.parent().isPresent()) {
      StoredManifest parent = byDigest.get(at.parent().get());
      // Each position must be after its parent's, so the loop ends whatever the manifests say.
      if (parent == null || !at.position().isAfter(parent.checkpoint().position())) {
        return false;
      }
      at = parent.checkpoint();
    }
    return true;
  }

  private List<StoredManifest> lineOf(StoredManifest head) {
    List<StoredManifest> line = new ArrayList<>();
    for (Optional<StoredManifest> next = Optional.of(head);
        next.isPresent();
        next = next.get().checkpoint().parent().map(byDigest::get)) {
      line.add(next.get());
    }
    return line;
  }

  private boolean isWhole(Checkpoint checkpoint) {
    return checked.computeIfAbsent(checkpoint.digest(), digest -> isSound.test(checkpoint));
  }

  /**
   * What the policy keeps of the complete checkpoints; only those that it would keep are checked.
   */
  private RetainedSet keep(List<StoredManifest> line, Policy policy) {
    Map<Sha256, Double> scores = new HashMap<>();
    for (StoredManifest stored : line) {
      policy
          .retention()
          .best()
          .map(best -> best.score(stored.measurements()))
          .ifPresent(
              score -> score.ifPresent(value -> scores.put(stored.checkpoint().digest(), value)));
    }
    RetainedSet candidates =
        new RetainedSet(line.stream().map(StoredManifest::checkpoint).toList(), scores);
    while (true) {
      RetainedSet kept = candidates.under(policy);
      Optional<Checkpoint> broken = kept.kept().stream().filter(c -> !isWhole(c)).findFirst();
      if (broken.isEmpty()) {
        return kept;
      }
      candidates = candidates.without(broken.get());
    }
  }
}
