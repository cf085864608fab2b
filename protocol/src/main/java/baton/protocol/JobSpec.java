package baton.protocol;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a user submits, fixed for the life of the job.
 *
 * @param name unique among the jobs of a coordinator
 * @param program the name of the training code; workers bring it, the coordinator never ships it
 * @param parameters the program's hyper-parameters: strings, numbers and truth values by name
 * @param seed all randomness of the training is derived from it
 * @param priority of two waiting jobs, the one with the higher priority goes first
 * @param store the store the job is bound to (R15); empty to bind it to that of the first session
 *     that leases it
 * @param data what it trains on; empty if the program brings its own data
 */
public record JobSpec(
    String name,
    String program,
    Map<String, Object> parameters,
    int epochs,
    long seed,
    int priority,
    Optional<StoreId> store,
    Policy policy,
    Optional<Data> data) {
  private static final int MOST_EPOCHS = 1_000_000;
  private static final int MOST_PARAMETERS = 200;

  public JobSpec {
    Names.pathSafe("A job's name", name);
    Names.pathSafe("A program's name", program);
    if (epochs < 1 || epochs > MOST_EPOCHS) {
      throw new IllegalArgumentException("epochs must be 1 to " + MOST_EPOCHS + ", not " + epochs);
    }
    if (parameters.size() > MOST_PARAMETERS) {
      throw new IllegalArgumentException("a job has at most " + MOST_PARAMETERS + " parameters");
    }
    parameters.forEach(JobSpec::requireScalar);
    parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  /**
   * A job with the defaults: no parameters, seed 0, priority 0, any store, the program's own data.
   */
  public static JobSpec of(String name, String program, int epochs) {
    return new JobSpec(
        name, program, Map.of(), epochs, 0, 0, Optional.empty(), Policy.DEFAULT, Optional.empty());
  }

  public JobSpec withParameters(Map<String, Object> others) {
    return new JobSpec(name, program, others, epochs, seed, priority, store, policy, data);
  }

  public JobSpec withSeed(long other) {
    return new JobSpec(name, program, parameters, epochs, other, priority, store, policy, data);
  }

  public JobSpec withPriority(int other) {
    return new JobSpec(name, program, parameters, epochs, seed, other, store, policy, data);
  }

  /** The same, bound to that store (R15). */
  public JobSpec withStore(StoreId id) {
    return new JobSpec(
        name, program, parameters, epochs, seed, priority, Optional.of(id), policy, data);
  }

  public JobSpec withPolicy(Policy other) {
    return new JobSpec(name, program, parameters, epochs, seed, priority, store, other, data);
  }

  public JobSpec withData(Data other) {
    return new JobSpec(
        name, program, parameters, epochs, seed, priority, store, policy, Optional.of(other));
  }

  public JobSpec withName(String other) {
    return new JobSpec(other, program, parameters, epochs, seed, priority, store, policy, data);
  }

  /** The position at which the job is complete. */
  public Position end() {
    return Position.ofEpochs(epochs);
  }

  /** The segment that begins at {@code from}: to the end of an epoch, at most the job's. */
  public Segment segmentFrom(Position from) {
    int last = Math.min(epochs, from.epoch() + policy.segmentEpochs());
    return new Segment(from, Position.ofEpochs(last));
  }

  private static void requireScalar(String name, Object value) {
    if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
      throw new IllegalArgumentException(
          "parameter " + name + " must be a string, a number or a truth value");
    }
  }
}
