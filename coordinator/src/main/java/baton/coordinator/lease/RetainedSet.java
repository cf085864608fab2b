package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The checkpoints that a job keeps, and the rule that selects them (R13). In order of priority: the
 * head and its parent, whatever their size; the best; the rest of the newest; the ends of every
 * n-th epoch, the newer first. The bytes that a job may take are spent in that order.
 *
 * @param kept newest first
 * @param scores the value of the metric that the job's policy names, for the checkpoints where it
 *     was measured
 */
public record RetainedSet(List<Checkpoint> kept, Map<Sha256, Double> scores) {
  private static final int HEAD_AND_PARENT = 2;

  public RetainedSet {
    kept = List.copyOf(kept);
    Map<Sha256, Double> ofKept = new HashMap<>(scores);
    ofKept.keySet().retainAll(kept.stream().map(Checkpoint::digest).toList());
    scores = Map.copyOf(ofKept);
  }

  /** The newest checkpoints, up to the first that does not extend the next one. */
  List<Checkpoint> chain() {
    int length = kept.isEmpty() ? 0 : 1;
    while (length > 0
        && length < kept.size()
        && kept.get(length - 1).parent().equals(Optional.of(kept.get(length).digest()))) {
      length++;
    }
    return kept.subList(0, length);
  }

  List<Checkpoint> apart() {
    return kept.subList(chain().size(), kept.size());
  }

  /** The position of the oldest checkpoint that a rollback can reach. */
  Position oldestOfChain() {
    List<Checkpoint> chain = chain();
    return chain.get(chain.size() - 1).position();
  }

  RetainedSet with(Checkpoint head, OptionalDouble score) {
    List<Checkpoint> all = new ArrayList<>(List.of(head));
    all.addAll(kept);
    Map<Sha256, Double> scored = new HashMap<>(scores);
    score.ifPresent(value -> scored.put(head.digest(), value));
    return new RetainedSet(all, scored);
  }

  RetainedSet without(Checkpoint gone) {
    return new RetainedSet(
        kept.stream().filter(checkpoint -> !checkpoint.equals(gone)).toList(), scores);
  }

  /** What stays under this policy. */
  RetainedSet under(Policy policy) {
    return first(policy.keepLast(), policy.retention());
  }

  /** What stays if the store is short of space: of the newest only the head and its parent. */
  RetainedSet atLeast(Policy policy) {
    return first(HEAD_AND_PARENT, policy.retention());
  }

  /** The checkpoints that are kept here but not in {@code other}. */
  List<Checkpoint> beyond(RetainedSet other) {
    return kept.stream().filter(checkpoint -> !other.kept.contains(checkpoint)).toList();
  }

  private RetainedSet first(int newest, Retention retention) {
    Set<Checkpoint> stay = new HashSet<>();
    long room = retention.bytes().orElse(Long.MAX_VALUE);
    for (Checkpoint next : byWorth(newest, retention)) {
      room -= next.bytes();
      if (room < 0 && stay.size() >= HEAD_AND_PARENT) {
        break;
      }
      stay.add(next);
    }
    return new RetainedSet(kept.stream().filter(stay::contains).toList(), scores);
  }

  private Set<Checkpoint> byWorth(int newest, Retention retention) {
    List<Checkpoint> chain = chain();
    Set<Checkpoint> worth = new LinkedHashSet<>(first(chain, HEAD_AND_PARENT));
    retention.best().flatMap(this::best).ifPresent(worth::add);
    worth.addAll(first(chain, newest));
    kept.stream().filter(one -> retention.isMilestone(one.position())).forEach(worth::add);
    return worth;
  }

  /** The checkpoint with the best score; among equals the newer. */
  private Optional<Checkpoint> best(Retention.Best by) {
    return kept.stream()
        .filter(checkpoint -> scores.containsKey(checkpoint.digest()))
        .reduce((a, b) -> by.isBetter(scores.get(b.digest()), scores.get(a.digest())) ? b : a);
  }

  private static List<Checkpoint> first(List<Checkpoint> list, int most) {
    return list.subList(0, Math.min(most, list.size()));
  }
}
