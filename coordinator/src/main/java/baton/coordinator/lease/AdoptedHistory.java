package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rows of history that a lost database had for a line of checkpoints, as far as their manifests
 * tell: who committed what under which lease. Times are by the workers' clocks.
 */
record AdoptedHistory(RecoveredJob recovered, Set<Sha256> known) {
  private static final String WORKER = "unknown";
  private static final String DEVICE = "device";

  /** The rows that are not known yet, in the order in which things happened. */
  List<History> rows() {
    List<History> rows = new ArrayList<>();
    Optional<StoredManifest> before = Optional.empty();
    for (List<StoredManifest> lease : byLease()) {
      List<StoredManifest> news =
          lease.stream().filter(one -> !known.contains(one.checkpoint().digest())).toList();
      if (!news.isEmpty()) {
        rows.add(begin(news, before));
        news.forEach(stored -> rows.add(commit(stored)));
        StoredManifest last = news.get(news.size() - 1);
        rows.add(
            new History.SegmentEnded(last.checkpoint().fence(), LeaseEnd.RESTORED, last.savedAt()));
      }
      before = Optional.of(lease.get(lease.size() - 1));
    }
    return rows;
  }

  /** Grouped by lease, the oldest first. */
  private List<List<StoredManifest>> byLease() {
    List<StoredManifest> oldestFirst = new ArrayList<>(recovered.line());
    Collections.reverse(oldestFirst);
    List<List<StoredManifest>> leases = new ArrayList<>();
    for (StoredManifest stored : oldestFirst) {
      List<StoredManifest> last = leases.isEmpty() ? List.of() : leases.get(leases.size() - 1);
      if (last.isEmpty() || !isSameLease(last.get(0), stored)) {
        leases.add(new ArrayList<>());
      }
      leases.get(leases.size() - 1).add(stored);
    }
    return leases;
  }

  private static boolean isSameLease(StoredManifest one, StoredManifest other) {
    return one.checkpoint().fence().equals(other.checkpoint().fence());
  }

  private static History begin(List<StoredManifest> news, Optional<StoredManifest> before) {
    StoredManifest first = news.get(0);
    Position from = before.map(b -> b.checkpoint().position()).orElse(Position.START);
    Position last = news.get(news.size() - 1).checkpoint().position();
    Position end = Position.ofEpochs(last.epoch() + (last.batch() > 0 ? 1 : 0));
    Instant since = before.map(StoredManifest::savedAt).orElse(first.savedAt());
    return new History.SegmentStarted(
        first.checkpoint().fence(),
        first.session(),
        WORKER,
        first.profile().facts().getOrDefault(DEVICE, "unknown"),
        new Segment(from, end),
        since.isBefore(first.savedAt()) ? since : first.savedAt());
  }

  private History commit(StoredManifest stored) {
    Checkpoint checkpoint = stored.checkpoint();
    boolean checked = recovered.keeping().kept().contains(checkpoint);
    return new History.CheckpointCommitted(
        checkpoint,
        stored.session(),
        checked ? Verified.COORDINATOR : Verified.WORKER,
        stored.measurements(),
        stored.savedAt());
  }
}
