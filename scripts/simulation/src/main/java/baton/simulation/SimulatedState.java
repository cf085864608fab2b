package baton.simulation;

import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;

/**
 * The state of a training that trains nothing: one number, into which every batch is mixed in turn.
 * Two runs have the same number if and only if they trained the same batches in the same order.
 */
record SimulatedState(Position position, long mixed) implements Snapshot {
  static SimulatedState fresh(long seed) {
    return new SimulatedState(Position.START, mix(seed));
  }

  SimulatedState afterBatch(int batchesPerEpoch) {
    int batch = position.batch() + 1;
    Position next =
        batch == batchesPerEpoch
            ? Position.ofEpochs(position.epoch() + 1)
            : new Position(position.epoch(), batch);
    return new SimulatedState(next, mix(mixed * 31 + position.epoch() * 1_009L + position.batch()));
  }

  /** The final state of an uninterrupted training. */
  static SimulatedState unbroken(long seed, int epochs, int batchesPerEpoch) {
    SimulatedState state = fresh(seed);
    while (state.position.epoch() < epochs) {
      state = state.afterBatch(batchesPerEpoch);
    }
    return state;
  }

  /** A pseudorandom number between 0 and 1, the same for the same state. */
  double accuracy() {
    return (mixed >>> 11) * 0x1.0p-53;
  }

  Sha256 digest() {
    return Sha256.ofText("state " + mixed);
  }

  @Override
  public void writeTo(SnapshotSink sink) {
    throw new UnsupportedOperationException("a simulated state lies in a simulated store only");
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
