package baton.worker.train;

import baton.protocol.Position;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A run's state as plain bytes. Nothing in it belongs to the engine, so any thread may write it.
 */
record DjlSnapshot(SnapshotMemory.Copy copy, RunState state) implements Snapshot {
  /** Averages and own state; no generators, since all randomness comes from {@link Seeds}. */
  static final String EXTRA_FILE = "extra.safetensors";

  static final List<String> FILES =
      List.of(Weights.FILE, Optimizer.FILE, EXTRA_FILE, RunState.FILE);

  private static final Map<String, String> METADATA = Map.of("format", "pt");

  @Override
  public Position position() {
    return state.position();
  }

  @Override
  public void writeTo(SnapshotSink sink) throws IOException {
    for (Map.Entry<String, SortedMap<String, Tensor>> file : copy.files().entrySet()) {
      sink.take(StateFile.of(file.getKey(), file.getValue(), METADATA));
    }
    sink.take(StateFile.of(RunState.FILE, state.text().getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void release() {
    copy.place().giveBack();
  }
}
