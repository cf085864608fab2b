package baton.coordinator.store;

import baton.coordinator.lease.History;
import baton.coordinator.lease.History.CheckpointMarked;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.protocol.Checkpoint;
import baton.protocol.Measurement;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A job's history in memory. */
final class MemoryHistory implements JobHistory {
  private final List<SegmentRow> segments = new ArrayList<>();
  private final List<CheckpointRow> checkpoints = new ArrayList<>();
  private final List<History.Event> events = new ArrayList<>();
  private final Map<Sha256, List<Measurement>> measured = new HashMap<>();
  private final Set<Sha256> deleted = new HashSet<>();
  private List<Checkpoint> kept = List.of();

  synchronized MemoryHistory copy() {
    MemoryHistory copy = new MemoryHistory();
    copy.segments.addAll(segments);
    copy.checkpoints.addAll(checkpoints);
    copy.events.addAll(events);
    copy.measured.putAll(measured);
    copy.deleted.addAll(deleted);
    copy.kept = kept;
    return copy;
  }

  synchronized void add(Job job, List<History> rows) {
    kept = job.kept();
    rows.forEach(this::add);
  }

  @Override
  public synchronized List<SegmentRow> segments() {
    return List.copyOf(segments);
  }

  @Override
  public synchronized List<CheckpointRow> checkpoints() {
    return List.copyOf(checkpoints);
  }

  synchronized void noteDeleted(Sha256 checkpoint) {
    deleted.add(checkpoint);
  }

  @Override
  public synchronized List<Checkpoint> toDelete() {
    return checkpoints.stream()
        .filter(row -> row.mark().equals(Optional.of(CheckpointMarked.Mark.PRUNED)))
        .map(CheckpointRow::checkpoint)
        .filter(checkpoint -> !deleted.contains(checkpoint.digest()))
        .toList();
  }

  @Override
  public synchronized List<Measurement> measurements() {
    Set<Sha256> chain = chain();
    return checkpoints.stream()
        .map(row -> row.checkpoint().digest())
        .filter(chain::contains)
        .flatMap(digest -> measured.get(digest).stream())
        .toList();
  }

  @Override
  public synchronized List<History.Event> events(int newest) {
    return List.copyOf(events.subList(Math.max(0, events.size() - newest), events.size()));
  }

  private Set<Sha256> chain() {
    Set<Sha256> chain = new HashSet<>();
    kept.forEach(checkpoint -> addWithParent(chain, checkpoint));
    for (int i = checkpoints.size() - 1; i >= 0; i--) { // a parent was committed before its child
      Checkpoint checkpoint = checkpoints.get(i).checkpoint();
      if (chain.contains(checkpoint.digest())) {
        addWithParent(chain, checkpoint);
      }
    }
    return chain;
  }

  private static void addWithParent(Set<Sha256> chain, Checkpoint checkpoint) {
    chain.add(checkpoint.digest());
    checkpoint.parent().ifPresent(chain::add);
  }

  private void add(History row) {
    if (row instanceof History.SegmentStarted started) {
      segments.add(begun(started));
    } else if (row instanceof History.SegmentEnded ended) {
      segments.replaceAll(segment -> isUnderWay(segment, ended) ? end(segment, ended) : segment);
    } else if (row instanceof History.CheckpointCommitted committed) {
      commit(committed);
    } else if (row instanceof CheckpointMarked marked) {
      checkpoints.replaceAll(
          kept -> kept.checkpoint().digest().equals(marked.digest()) ? mark(kept, marked) : kept);
    } else if (row instanceof History.Event event) {
      events.add(event);
    } else {
      throw new IllegalArgumentException("a row of history without a place: " + row);
    }
  }

  private void commit(History.CheckpointCommitted row) {
    Checkpoint checkpoint = row.checkpoint();
    checkpoints.add(
        new CheckpointRow(checkpoint, row.session(), row.verified(), Optional.empty(), row.at()));
    measured.put(checkpoint.digest(), row.measurements());
    segments.replaceAll(
        segment ->
            segment.why().isEmpty() && segment.fence().equals(checkpoint.fence())
                ? advance(segment, checkpoint)
                : segment);
  }

  private static boolean isUnderWay(SegmentRow segment, History.SegmentEnded ended) {
    return segment.why().isEmpty() && segment.fence().equals(ended.fence());
  }

  private static SegmentRow begun(History.SegmentStarted row) {
    return new SegmentRow(
        row.fence(),
        row.session(),
        row.worker(),
        row.device(),
        row.segment().from(),
        row.segment().from(),
        row.segment().to(),
        row.at(),
        Optional.empty(),
        Optional.empty());
  }

  private static SegmentRow advance(SegmentRow row, Checkpoint checkpoint) {
    return new SegmentRow(
        row.fence(),
        row.session(),
        row.worker(),
        row.device(),
        row.from(),
        checkpoint.position(),
        row.end(),
        row.startedAt(),
        row.why(),
        row.endedAt());
  }

  private static SegmentRow end(SegmentRow row, History.SegmentEnded ended) {
    return new SegmentRow(
        row.fence(),
        row.session(),
        row.worker(),
        row.device(),
        row.from(),
        row.to(),
        row.end(),
        row.startedAt(),
        Optional.of(ended.why()),
        Optional.of(ended.at()));
  }

  private static CheckpointRow mark(CheckpointRow row, CheckpointMarked marked) {
    return new CheckpointRow(
        row.checkpoint(),
        row.session(),
        row.verified(),
        Optional.of(marked.mark()),
        row.committedAt());
  }
}
