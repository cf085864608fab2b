package baton.cli.drill;

import java.util.List;

/** A diagnosis in words: what is wrong, and what to do. */
record Advice(String finding, String remedy) {
  private static final int SHOWN = 4;

  /**
   * The advice.
   *
   * @param isScript whether the program is a script, not a class in the worker
   */
  static Advice on(Diagnosis diagnosis, boolean isScript) {
    return isScript ? onScript(diagnosis) : onClass(diagnosis);
  }

  private static Advice onClass(Diagnosis diagnosis) {
    return new Advice(
        "%s differs from %s on.".formatted(diagnosis.part().title(), diagnosis.at()),
        "See docs/guide/adding-a-program.md, \"What keeps it exact\": all state in the model's parameters,"
            + " all randomness from Seeds.");
  }

  private static Advice onScript(Diagnosis diagnosis) {
    return switch (diagnosis.part()) {
      case RANDOMNESS -> ofRandomness(diagnosis);
      case ORDER -> ofOrder(diagnosis);
      case WEIGHTS -> ofWeights(diagnosis);
      case OPTIMIZER -> ofOptimizer(diagnosis);
      case STATE -> ofState(diagnosis);
      case METRICS -> ofMetrics(diagnosis);
      case END -> ofEnd(diagnosis);
    };
  }

  private static Advice ofOrder(Diagnosis diagnosis) {
    String owners = in(diagnosis.owners());
    return new Advice(
        diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
            ? "Two fresh runs train on other batches: the order of the data is drawn from what Baton"
                + " does not seed%s.".formatted(owners)
            : "After the restore it trains on other batches: their order is drawn from what Baton"
                + " does not restore%s.".formatted(owners),
        "Shuffle with the global generators, after baton.job(); or give your own generator to"
            + " baton.resume(generators=…), and no seed that changes from run to run.");
  }

  private static Advice ofWeights(Diagnosis diagnosis) {
    if (diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL) {
      return new Advice(
          "Two fresh runs begin with other weights: they are drawn from what Baton does not seed.",
          "Call baton.job() after the imports and before the model is built, and build it from the"
              + " global generators.");
    }
    if (diagnosis.owners().isEmpty()) {
      return notAsSaved("The weights", diagnosis);
    }
    return new Advice(
        "A model is not restored%s.".formatted(in(diagnosis.owners())),
        "Give every model that is trained to baton.resume, several as a dict: {\"encoder\": …,"
            + " \"decoder\": …}.");
  }

  private static Advice ofOptimizer(Diagnosis diagnosis) {
    if (diagnosis.owners().isEmpty()) {
      return notAsSaved("The optimizer's state", diagnosis);
    }
    return new Advice(
        "The first batch after the restore is the same, its update is not: %s is not given to"
                .formatted(some(diagnosis.owners()))
            + " baton.resume.",
        "Give it: baton.resume(model, optimizer, scheduler); several as a list or a dict.");
  }

  private static Advice ofState(Diagnosis diagnosis) {
    boolean atRestore = diagnosis.moment() == Diagnosis.Moment.AT_THE_RESTORE;
    String what =
        atRestore
            ? "The first batch after the restore has another loss, on the same data and the same"
                + " generators: a value that it is computed from is not restored"
            : "The first batch after the restore is the same, what follows is not: a value of the"
                + " script's own, such as a counter or a schedule, is not restored";
    return new Advice(
        what + in(diagnosis.owners()) + startedOver(diagnosis) + ".",
        "Keep such values in one dict and give it to baton.resume(state=…); generators of your own"
            + " to baton.resume(generators=…).");
  }

  private static Advice ofRandomness(Diagnosis diagnosis) {
    if (!diagnosis.names().isEmpty()) {
      return ofKnownGenerators(diagnosis);
    }
    String owners = in(diagnosis.owners());
    return diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
        ? new Advice(
            "Two fresh runs part on the same data and generators: something is drawn from a"
                + " generator that is not seeded%s, or summed in another order each time."
                    .formatted(owners),
            "Draw from the global generators; on a GPU call torch.use_deterministic_algorithms(True)"
                + " and set CUBLAS_WORKSPACE_CONFIG=:4096:8.")
        : new Advice(
            "After the restore the same data gives something else: a generator of the script's own"
                + " is not restored%s.".formatted(owners),
            "Give it to baton.resume(generators=…), or draw from the global ones, which are restored"
                + " anyway.");
  }

  private static Advice ofKnownGenerators(Diagnosis diagnosis) {
    String whose =
        "the generator%s of %s"
            .formatted(
                diagnosis.names().size() > 1 ? "s" : "", String.join(", ", diagnosis.names()));
    return diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
        ? new Advice(
            "Two fresh runs differ in %s: something draws by the clock, a hash, or a thread."
                .formatted(whose),
            "Draw in the training loop alone, and as often in every run.")
        : new Advice(
            "After the restore %s are not where they were: something draws between the save and the"
                    .formatted(whose)
                + " batch, or skips batches by drawing.",
            "Draw within the loop over run.batches; give it a map-style DataLoader or a sequence,"
                + " which is entered at the right batch without drawing.");
  }

  private static Advice ofMetrics(Diagnosis diagnosis) {
    return new Advice(
        "The metric %s differs at %s, though every batch and every loss is the same: what it is"
                .formatted(some(diagnosis.names()), diagnosis.at())
            + " computed from is not restored, as a sum that after a restore within the epoch has"
            + " only the batches that were left"
            + startedOver(diagnosis)
            + ".",
        "For a mean over the epoch tell each batch's value to run.step(loss=…) and report"
            + " run.mean(\"loss\"); for anything else keep it in baton.resume(state=…).");
  }

  private static Advice ofEnd(Diagnosis diagnosis) {
    return new Advice(
        (diagnosis.names().isEmpty()
                    ? "One of the runs ended at %s and the other did not, though every batch and every loss is the"
                    : "One of the runs was ended at %s by run.finish and the other came to the end of its epochs, though every batch and every loss is the")
                .formatted(diagnosis.at())
            + " same: what decides the end, such as the best value so far or a count of epochs"
            + " without a better one, is not restored"
            + startedOver(diagnosis)
            + ".",
        "Keep it in one dict and give it to baton.resume(state=…).");
  }

  private static Advice notAsSaved(String what, Diagnosis diagnosis) {
    String named = diagnosis.names().isEmpty() ? "" : " (%s)".formatted(some(diagnosis.names()));
    return new Advice(
        "%s of the relay differs at %s%s%s."
            .formatted(what, diagnosis.at(), named, startedOver(diagnosis)),
        "If the script changes it between baton.resume and the first batch, do so before"
            + " baton.resume; if it does not, this is a mistake of Baton's: please report it.");
  }

  private static String in(List<String> owners) {
    return owners.isEmpty() ? "" : " (alive and not given to baton.resume: " + some(owners) + ")";
  }

  private static String startedOver(Diagnosis diagnosis) {
    List<String> names = diagnosis.startedOver();
    return names.isEmpty()
        ? ""
        : " (%s %s anew with each worker)"
            .formatted(some(names), names.size() == 1 ? "begins" : "begin");
  }

  private static String some(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() > SHOWN ? shown + ", …" : shown;
  }
}
