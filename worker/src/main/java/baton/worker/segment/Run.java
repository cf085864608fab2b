package baton.worker.segment;

import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.util.Map;
import java.util.Optional;

/** A program in training: it moves batch by batch, and can be saved between any two. */
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
   * Evaluates on the held-out split, after a step that ended an epoch. It changes no weight,
   * statistic, optimizer slot or generator, so that a run goes on with the same bits whether it was
   * evaluated or not.
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
   * How many snapshots that are not yet {@linkplain Snapshot#release released} fit into memory:
   * two, so that one can wait while another is saved, or one if memory is short.
   */
  default int snapshotsAtATime() {
    return 2;
  }

  /** A hash over the names, dtypes and shapes of the model's layers. */
  Sha256 architectureHash();

  /** What may change the bits: framework and version, threads, device, instruction set. */
  Map<String, String> numericProfile();

  @Override
  void close();

  /**
   * The result of one batch.
   *
   * @param position the position after the batch
   * @param loss the loss of the batch
   * @param finalReason why training ends here, before the last epoch; empty if it goes on
   */
  record Step(Position position, double loss, Optional<String> finalReason) {}
}
