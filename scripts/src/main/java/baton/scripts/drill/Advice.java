package baton.scripts.drill;

import java.util.List;

/** A diagnosis in words: what it means, and what to do. */
record Advice(String finding, String remedy) {

  /**
   * The advice.
   *
   * @param isScript whether the program is one, and not a class of the worker
   */
  static Advice on(Diagnosis diagnosis, boolean isScript) {
    return isScript ? onScript(diagnosis) : onClass(diagnosis);
  }

  private static Advice onClass(Diagnosis diagnosis) {
    return new Advice(
        "%s differs from e%d-b%d on."
            .formatted(diagnosis.part().title(), diagnosis.at().epoch(), diagnosis.at().batch()),
        "See docs/adding-a-program.md, \"What keeps it exact\": all state in the model's parameters,"
            + " all randomness from Seeds.");
  }

  private static Advice onScript(Diagnosis diagnosis) {
    String owners = owners(diagnosis.owners());
    return switch (diagnosis.part()) {
      case RANDOMNESS -> ofRandomness(diagnosis, owners);
      case ORDER ->
          new Advice(
              diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
                  ? "Two fresh runs train on other batches: the order of the data is drawn from"
                      + " what Baton does not seed"
                      + in(owners)
                      + "."
                  : "After the restore it trains on other batches: their order is drawn from what"
                      + " Baton does not restore"
                      + in(owners)
                      + ".",
              "Shuffle with the global generators, after baton.job(); or give your own generator to"
                  + " baton.resume(generators=…), and no seed that changes from run to run.");
      case WEIGHTS ->
          diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
              ? new Advice(
                  "Two fresh runs begin with other weights: they are drawn from what Baton does not"
                      + " seed.",
                  "Call baton.job() after the imports and before the model is built, and build it"
                      + " from the global generators.")
              : new Advice(
                  "A model is not restored%s.".formatted(in(owners)),
                  "Give every model that is trained to baton.resume, several as a dict:"
                      + " {\"encoder\": …, \"decoder\": …}.");
      case OPTIMIZER ->
          new Advice(
              "The first batch after the restore is the same, its update is not: %s is not given to"
                      .formatted(owners)
                  + " baton.resume.",
              "Give it: baton.resume(model, optimizer, scheduler); several as a list or a dict.");
      case STATE ->
          new Advice(
              diagnosis.moment() == Diagnosis.Moment.AT_THE_RESTORE
                  ? "The first batch after the restore has another loss, on the same data and the"
                      + " same generators: a value that it is computed from is not restored"
                      + in(owners)
                      + "."
                  : "The first batch after the restore is the same, its update is not: a value of"
                      + " the script's own, such as a counter or a schedule, is not restored"
                      + in(owners)
                      + ".",
              "Keep such values in one dict and give it to baton.resume(state=…); generators of your"
                  + " own to baton.resume(generators=…).");
    };
  }

  private static Advice ofRandomness(Diagnosis diagnosis, String owners) {
    if (!diagnosis.names().isEmpty()) {
      String whose =
          "the generator%s of %s"
              .formatted(
                  diagnosis.names().size() > 1 ? "s" : "", String.join(", ", diagnosis.names()));
      return diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
          ? new Advice(
              "Two fresh runs differ in %s: something draws by the clock, a hash, or a thread."
                  .formatted(whose),
              "Draw in the training loop alone, and as often in every run; set PYTHONHASHSEED if"
                  + " sets of strings are iterated.")
          : new Advice(
              "After the restore %s are not where they were: something draws between the save and"
                      .formatted(whose)
                  + " the batch, or skips batches by drawing.",
              "Draw within the loop over run.batches; give it a map-style DataLoader or a sequence,"
                  + " which is entered at the right batch without drawing.");
    }
    return diagnosis.moment() == Diagnosis.Moment.BEFORE_THE_KILL
        ? new Advice(
            "Two fresh runs part on the same data and generators: something is drawn from a"
                + " generator that is not seeded%s, or summed in another order each time."
                    .formatted(in(owners)),
            "Draw from the global generators; on a GPU call torch.use_deterministic_algorithms(True)"
                + " and set CUBLAS_WORKSPACE_CONFIG=:4096:8.")
        : new Advice(
            "After the restore the loss is another on the same data: a generator of the script's own"
                + " is not restored%s.".formatted(in(owners)),
            "Give it to baton.resume(generators=…) if it is NumPy's or torch's, or draw from the"
                + " global ones, which are restored anyway.");
  }

  private static String owners(List<String> names) {
    return String.join(", ", names);
  }

  private static String in(String owners) {
    return owners.isEmpty() ? "" : " (alive and not given to baton.resume: " + owners + ")";
  }
}
