package baton.protocol.message;

import baton.protocol.Cadence;
import baton.protocol.Data;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The body of {@code POST /v1/jobs}; absent fields mean the defaults of {@link Policy#DEFAULT}. */
public record JobSubmission(
    String name,
    String program,
    Map<String, Object> parameters,
    Integer epochs,
    Long seed,
    Integer priority,
    StoreId store,
    PolicyBody policy,
    Data data) {

  /** A policy as JSON: seconds for durations, absent fields for defaults. */
  public record PolicyBody(
      Integer ttlSeconds,
      Integer segmentEpochs,
      Cadence cadence,
      Integer keepLast,
      Integer lostInARow,
      Integer stallsInARow,
      Integer sessionsToFail,
      Integer barForSeconds,
      Map<Phase, LimitBody> limits,
      Retention.Best keepBest,
      Integer keepEvery,
      Long keepBytes) {}

  /** The limits of one phase as JSON. */
  public record LimitBody(int withoutProgressSeconds, int wholeSeconds) {}

  public static JobSubmission from(JobSpec spec) {
    Policy p = spec.policy();
    Map<Phase, LimitBody> limits = new EnumMap<>(Phase.class);
    p.limits()
        .forEach(
            (phase, limit) ->
                limits.put(
                    phase,
                    new LimitBody(
                        (int) limit.withoutProgress().toSeconds(),
                        (int) limit.whole().toSeconds())));
    return new JobSubmission(
        spec.name(),
        spec.program(),
        spec.parameters(),
        spec.epochs(),
        spec.seed(),
        spec.priority(),
        spec.store().orElse(null),
        new PolicyBody(
            (int) p.ttl().toSeconds(),
            p.segmentEpochs(),
            p.cadence(),
            p.keepLast(),
            p.lostInARow(),
            p.stallsInARow(),
            p.sessionsToFail(),
            (int) p.barFor().toSeconds(),
            limits,
            p.retention().best().orElse(null),
            p.retention().everyEpochs().orElse(null),
            p.retention().bytes().orElse(null)),
        spec.data().orElse(null));
  }

  /** The same without its data, whose files may be many. */
  public JobSubmission withoutData() {
    return new JobSubmission(
        name, program, parameters, epochs, seed, priority, store, policy, null);
  }

  /** The value; an {@link IllegalArgumentException} says in a sentence what is invalid. */
  public JobSpec toSpec() {
    return new JobSpec(
        name,
        program,
        parameters == null ? Map.of() : parameters,
        epochs,
        seed == null ? 0 : seed,
        priority == null ? 0 : priority,
        Optional.ofNullable(store),
        policy == null ? Policy.DEFAULT : toPolicy(policy),
        Optional.ofNullable(data));
  }

  private static Policy toPolicy(PolicyBody body) {
    Policy base = Policy.DEFAULT;
    Map<Phase, PhaseLimit> limits = new EnumMap<>(base.limits());
    if (body.limits != null) {
      body.limits.forEach(
          (phase, limit) ->
              limits.put(
                  phase,
                  new PhaseLimit(
                      Duration.ofSeconds(limit.withoutProgressSeconds()),
                      Duration.ofSeconds(limit.wholeSeconds()))));
    }
    return new Policy(
        seconds(body.ttlSeconds, base.ttl()),
        or(body.segmentEpochs, base.segmentEpochs()),
        or(body.cadence, base.cadence()),
        or(body.keepLast, base.keepLast()),
        or(body.lostInARow, base.lostInARow()),
        or(body.stallsInARow, base.stallsInARow()),
        or(body.sessionsToFail, base.sessionsToFail()),
        seconds(body.barForSeconds, base.barFor()),
        limits,
        new Retention(
            Optional.ofNullable(body.keepBest),
            Optional.ofNullable(body.keepEvery),
            Optional.ofNullable(body.keepBytes)));
  }

  private static Duration seconds(Integer value, Duration otherwise) {
    return value == null ? otherwise : Duration.ofSeconds(value);
  }

  private static <T> T or(T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
