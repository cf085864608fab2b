package baton.worker.train;

import baton.worker.segment.TroubleException;

/**
 * The hyper-parameters of one network's updates.
 *
 * @param clipNorm the longest norm of the gradients; infinite: they are not clipped
 */
record Tuning(UpdateRule rule, LearningRateSchedule schedule, double clipNorm) {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  /** Reads every name, also for rules that are not chosen: a job may have values for all. */
  static Tuning of(Parameters parameters, int updatesPerEpoch, int epochs) throws TroubleException {
    double clipNorm = parameters.atLeastZero("clipNorm", 0);
    return new Tuning(
        rule(parameters),
        schedule(parameters, updatesPerEpoch, epochs),
        clipNorm == 0 ? Double.POSITIVE_INFINITY : clipNorm);
  }

  private static UpdateRule rule(Parameters parameters) throws TroubleException {
    String optimizer = parameters.oneOf("optimizer", "adam", "adam", "adamw", "sgd");
    boolean decoupled = optimizer.equals("adamw");
    float momentum = (float) parameters.fraction("momentum", 0.9);
    float beta1 = (float) parameters.fraction("beta1", BETA_1);
    float decay = (float) parameters.atLeastZero("weightDecay", decoupled ? 0.01 : 0);
    return optimizer.equals("sgd")
        ? new UpdateRule.Sgd(momentum, decay)
        : new UpdateRule.Adam(beta1, BETA_2, EPSILON, decay, decoupled);
  }

  private static LearningRateSchedule schedule(
      Parameters parameters, int updatesPerEpoch, int epochs) throws TroubleException {
    float rate = (float) parameters.positive("learningRate", 0.001);
    String schedule = parameters.oneOf("schedule", "constant", "constant", "step", "cosine");
    double warmUpEpochs = parameters.atLeastZero("warmUpEpochs", 0);
    int stepEpochs = parameters.count("stepEpochs", 10);
    double stepFactor = parameters.positive("stepFactor", 0.1);
    long total = (long) epochs * updatesPerEpoch;
    return switch (schedule) {
      case "step" ->
          new LearningRateSchedule.Stepped(rate, (long) stepEpochs * updatesPerEpoch, stepFactor);
      case "cosine" ->
          new LearningRateSchedule.Cosine(rate, Math.round(warmUpEpochs * updatesPerEpoch), total);
      default -> new LearningRateSchedule.Constant(rate);
    };
  }
}
