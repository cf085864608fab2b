package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.worker.child.ChildFailures.Early;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A child in training. The worker orders one batch or one save at a time, so the child never runs
 * ahead, and can be saved after every batch.
 */
final class ChildRun implements Run {
  private final String name;
  private final JobSpec spec;
  private final Child child;
  private final FromChild.Ready ready;
  private final Map<String, Double> metrics = new TreeMap<>();
  private Position position;
  private double loss;

  ChildRun(String name, JobSpec spec, Child child, FromChild.Ready ready, Position position) {
    this.name = name;
    this.spec = spec;
    this.child = child;
    this.ready = ready;
    this.position = position;
  }

  @Override
  public Position position() {
    return position;
  }

  /** The number that the child reported at its start; 1 if it did not know. */
  @Override
  public int batchesPerEpoch() {
    return Math.max(1, ready.batches());
  }

  @Override
  public Step step() throws TroubleException {
    if (!spec.end().isAfter(position)) {
      throw new IllegalStateException("the job ends at " + spec.end());
    }
    child.say(new ToChild.Go());
    Optional<String> finalReason = Optional.empty();
    while (true) {
      FromChild said = child.hear(position, early());
      if (said instanceof FromChild.Evaluated evaluated) {
        evaluated.metrics().forEach((name, value) -> metrics.put(name, orNan(value)));
      } else if (said instanceof FromChild.Final last) {
        finalReason = Optional.of(last.reason());
      } else if (said instanceof FromChild.Batch batch) {
        return trained(batch, finalReason);
      } else {
        throw broken("it answers go with " + said.getClass().getSimpleName());
      }
    }
  }

  private Step trained(FromChild.Batch batch, Optional<String> finalReason)
      throws TroubleException {
    boolean isNext = batch.position().isAfter(position) && !batch.position().isAfter(spec.end());
    if (!isNext) {
      throw broken("after %s comes no %s".formatted(position, batch.position()));
    }
    child.batchDone();
    position = batch.position();
    loss = requireFinite(batch.loss().orElse(loss));
    return new Step(position, loss, finalReason);
  }

  /** The child's measurements from before the epoch's last batch was done. */
  @Override
  public Measurement evaluate() throws TroubleException {
    Measurement measured = new Measurement(position, metrics);
    metrics.clear();
    return measured;
  }

  @Override
  public Snapshot snapshot() throws TroubleException {
    try {
      ToChild.Save save = child.saves().next();
      child.say(save);
      FromChild said = child.hear(position, early());
      if (said instanceof FromChild.Snapshotted taken
          && taken.id() == save.id()
          && taken.position().equals(position)) {
        return new ChildSnapshot(
            position, Path.of(save.folder()), child.saves().written(save.id()));
      }
      throw broken("it answers save with " + said.getClass().getSimpleName());
    } catch (IOException e) {
      throw new TroubleException(
          Trouble.machine(
              "There is no room for a save of %s: %s.".formatted(name, e.getMessage()),
              "Free space on the disk of this machine."),
          e);
    }
  }

  @Override
  public Sha256 architectureHash() {
    return ready.architecture();
  }

  @Override
  public Map<String, String> numericProfile() {
    return ready.profile();
  }

  @Override
  public void close() {
    child.close();
  }

  /** The process id, which is also the id of its group. */
  long pid() {
    return child.pid();
  }

  /** JSON has no NaN: a metric that is not finite crosses the socket as null. */
  private static double orNan(Double value) {
    return value == null ? Double.NaN : value;
  }

  private double requireFinite(double value) throws TroubleException {
    if (Double.isFinite(value)) {
      return value;
    }
    throw new TroubleException(
        Trouble.program(
            "The loss of %s is %s at %s.".formatted(name, value, position),
            "Submit the job again with a smaller learning rate, or with cleaner data."));
  }

  private TroubleException broken(String why) {
    return new TroubleException(child.brokenProtocol(why));
  }

  private Early early() {
    return new Early(
        "%s ended at %s as if all were done, and the job ends at %s."
            .formatted(name, position, spec.end()),
        "To end training early, call run.finish(reason); do not break out of run.batches, and do"
            + " not train in a process that the script leaves behind.");
  }
}
