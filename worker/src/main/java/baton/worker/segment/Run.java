package baton.worker.segment;

import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.util.Map;
import java.util.Optional;

/** A program in training: moves batch by batch, and can be saved between any two. */
public interface Run extends AutoCloseable {
  /** The position after the last step, or where the run began. */
  Position position();

  /** The number of batches in each epoch. */
  int batchesPerEpoch();

  /**
   * Trains one batch.
   *
   * @throws TroubleException of kind PROGRAM if the code fails or the loss is not a finite number,
   *     of kind MACHINE if memory runs out
   */
  Step step() throws TroubleException;

  /**
   * Evaluates on the held-out split, after a step that ended an epoch. Touches no weight,
   * statistic, optimizer slot or generator: a run evaluated and one not evaluated go on the same,
   * bit for bit.
   */
  Measurement evaluate() throws TroubleException;

  /**
   * Copies the whole state into memory, between two steps. The copy may be written from another
   * thread while training goes on.
   *
   * @throws TroubleException of kind MACHINE if there is no memory for it
   */
  Snapshot snapshot() throws TroubleException;

  /**
   * For how many snapshots that are not {@linkplain Snapshot#release released} there is room: two,
   * so that one can wait while another is saved, or one where memory is short.
   */
  default int snapshotsAtATime() {
    return 2;
  }

  /** Over names, dtypes and shapes of the model's layers. */
  Sha256 architectureHash();

  /** What may change the bits: framework and version, threads, device, instruction set. */
  Map<String, String> numericProfile();

  @Override
  void close();

  /**
   * What one batch did.
   *
   * @param position after the batch
   * @param loss of the batch
   * @param finalReason why training ends here, before the last epoch; empty: it goes on
   */
  record Step(Position position, double loss, Optional<String> finalReason) {}
}
