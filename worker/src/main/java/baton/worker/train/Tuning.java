package baton.worker.train;

import baton.worker.segment.TroubleException;

/**
 * The hyper-parameters every program has: how large a batch is, and how weights follow gradients.
 *
 * <table>
 *   <caption>Names, values and defaults</caption>
 *   <tr><td>{@code batchSize}</td><td>examples in a batch, 32</td></tr>
 *   <tr><td>{@code optimizer}</td><td>{@code adam}, {@code adamw} or {@code sgd}</td></tr>
 *   <tr><td>{@code learningRate}</td><td>0.001</td></tr>
 *   <tr><td>{@code momentum}</td><td>of {@code sgd}, 0.9</td></tr>
 *   <tr><td>{@code weightDecay}</td><td>0; of {@code adamw} 0.01</td></tr>
 *   <tr><td>{@code schedule}</td><td>{@code constant}, {@code step} or {@code cosine}</td></tr>
 *   <tr><td>{@code warmUpEpochs}</td><td>of {@code cosine}, 0; may be a fraction</td></tr>
 *   <tr><td>{@code stepEpochs}</td><td>of {@code step}, epochs between two steps, 10</td></tr>
 *   <tr><td>{@code stepFactor}</td><td>of {@code step}, 0.1</td></tr>
 *   <tr><td>{@code clipNorm}</td><td>the longest gradient, over all weights; 0, any</td></tr>
 * </table>
 *
 * @param clipNorm infinite: gradients are not clipped
 */
record Tuning(int batchSize, UpdateRule rule, Schedule schedule, double clipNorm) {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  /** Reads every name, also of the rule that is not chosen: a job may carry values for both. */
  static Tuning of(Parameters parameters, int examples, int epochs) throws TroubleException {
    int batchSize = parameters.count("batchSize", 32);
    double clipNorm = parameters.atLeastZero("clipNorm", 0);
    return new Tuning(
        batchSize,
        rule(parameters),
        schedule(parameters, Sampler.batches(examples, batchSize), epochs),
        clipNorm == 0 ? Double.POSITIVE_INFINITY : clipNorm);
  }

  private static UpdateRule rule(Parameters parameters) throws TroubleException {
    String optimizer = parameters.oneOf("optimizer", "adam", "adam", "adamw", "sgd");
    boolean decoupled = optimizer.equals("adamw");
    float momentum = (float) parameters.fraction("momentum", 0.9);
    float decay = (float) parameters.atLeastZero("weightDecay", decoupled ? 0.01 : 0);
    return optimizer.equals("sgd")
        ? new UpdateRule.Sgd(momentum, decay)
        : new UpdateRule.Adam(BETA_1, BETA_2, EPSILON, decay, decoupled);
  }

  private static Schedule schedule(Parameters parameters, int batchesPerEpoch, int epochs)
      throws TroubleException {
    float rate = (float) parameters.positive("learningRate", 0.001);
    String schedule = parameters.oneOf("schedule", "constant", "constant", "step", "cosine");
    double warmUpEpochs = parameters.atLeastZero("warmUpEpochs", 0);
    int stepEpochs = parameters.count("stepEpochs", 10);
    double stepFactor = parameters.positive("stepFactor", 0.1);
    long total = (long) epochs * batchesPerEpoch;
    return switch (schedule) {
      case "step" -> new Schedule.Stepped(rate, (long) stepEpochs * batchesPerEpoch, stepFactor);
      case "cosine" -> new Schedule.Cosine(rate, Math.round(warmUpEpochs * batchesPerEpoch), total);
      default -> new Schedule.Constant(rate);
    };
  }
}
