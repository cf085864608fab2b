package baton.proofs.demo;

import java.util.ArrayList;
import java.util.List;

/** The faults between the workers and the fake Drive: the same round, repeated. */
final class Faults {
  private static final List<String> ROUND =
      List.of(
          "chunk %d refuse 503 backendError",
          "chunk %d refuse 401 authError",
          "chunk %d cut-request 3000",
          "chunk %d lose-reply",
          "start-upload %d refuse 429 rateLimitExceeded");

  private static final int ROUNDS = 12;

  /** The number of requests between two faults; a checkpoint takes five of each kind. */
  private static final int STEP = 13;

  private Faults() {}

  /** How many kinds of faults there are. */
  static int kinds() {
    return ROUND.size();
  }

  /** The rules in the format that the fake reads. */
  static String script() {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < ROUNDS * ROUND.size(); i++) {
      rules.add(ROUND.get(i % ROUND.size()).formatted((i + 1) * STEP));
    }
    return String.join("\n", rules) + "\n";
  }
}
