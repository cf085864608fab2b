package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.NumericProfile;
import baton.protocol.NumericProfile.Difference;
import baton.protocol.Position;
import baton.protocol.Trouble;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A child that is to go on from a checkpoint, compared with what made it. Exactness ends where the
 * script, its arguments or the files that it reads change, so only a person can want it (R7).
 * Another version of a package or another machine is no such change: the manifests tell of it.
 *
 * @param madeBy the profile of the checkpoint's manifest; what it does not name was not recorded
 * @param present the profile of the child
 */
record HandOver(JobSpec job, Position at, NumericProfile madeBy, NumericProfile present) {
  private static final int SHOWN_OF_HASH = 12;
  private static final int SHOWN_OF_ARGUMENTS = 100;

  boolean hasChanged() {
    return !changes().isEmpty();
  }

  private List<Difference> changes() {
    return madeBy.programDifferences(present);
  }

  /** Names both sides of each change. */
  Trouble refusal() {
    return Trouble.program(
        Troubles.brief(
            "This %s is not what made the checkpoint at %s: %s."
                .formatted(job.program(), at, told())),
        "Start the worker with the script, arguments and files that made it or, to go on with these"
            + " knowingly, run: baton resume %s --accept-change".formatted(job.name()));
  }

  /** That it goes on all the same. */
  String acceptance() {
    return "goes on from %s, as a person accepts, with %s".formatted(at, told());
  }

  private String told() {
    return changes().stream()
        .map(HandOver::shortened)
        .map(Difference::toString)
        .collect(Collectors.joining("; "));
  }

  private static Difference shortened(Difference difference) {
    String before = difference.before().orElse("");
    String after = difference.after().orElse("");
    return switch (difference.fact()) {
      case "script" ->
          new Difference(
              difference.fact(),
              difference.before().map(HandOver::brief),
              difference.after().map(HandOver::brief));
      case "arguments" -> {
        int same = sameWords(before, after);
        yield new Difference(
            difference.fact(), Optional.of(from(same, before)), Optional.of(from(same, after)));
      }
      default -> difference;
    };
  }

  private static String brief(String hash) {
    return hash.length() <= SHOWN_OF_HASH ? hash : hash.substring(0, SHOWN_OF_HASH);
  }

  /**
   * Where two lines of arguments part, less the word before it, which often names what it is; 0 if
   * both are short.
   */
  private static int sameWords(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    if (Math.max(one.length(), other.length()) <= SHOWN_OF_ARGUMENTS) {
      return 0;
    }
    int same = 0;
    while (same < shorter && one.charAt(same) == other.charAt(same)) {
      same++;
    }
    int word = one.lastIndexOf(' ', same - 1);
    return Math.max(0, one.lastIndexOf(' ', word - 1) + 1);
  }

  private static String from(int begin, String arguments) {
    int end = Math.min(arguments.length(), begin + SHOWN_OF_ARGUMENTS);
    String cut = arguments.substring(begin, end);
    return (begin == 0 ? "" : "… ")
        + (cut.isEmpty() ? "none" : cut)
        + (end == arguments.length() ? "" : " …");
  }
}
