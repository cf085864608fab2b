package baton.storage.drive.fake;

import java.util.Locale;

/**
 * Rules of faults as text, one a line: {@code OPERATION nth[+more] action [argument…]}, for example
 * {@code chunk 2 refuse 503 backendError} or {@code download 1+3 cut-reply 65536}. Empty lines and
 * lines that begin with {@code #} are skipped.
 */
public final class FaultScript {
  private FaultScript() {}

  /**
   * Adds the rules of {@code text}; an {@link IllegalArgumentException} names a line that is none.
   */
  public static void load(String text, Faults faults) {
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.isBlank() || line.strip().startsWith("#")) {
        continue;
      }
      try {
        add(line.strip().split("\\s+"), faults);
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "line %d of the faults is no rule: %s".formatted(number, line.strip()), e);
      }
    }
  }

  private static void add(String[] words, Faults faults) {
    Operation operation = Operation.valueOf(words[0].toUpperCase(Locale.ROOT).replace('-', '_'));
    String[] count = words[1].split("\\+");
    int more = count.length > 1 ? Integer.parseInt(count[1]) : 0;
    faults.from(operation, Integer.parseInt(count[0]), 1 + more, action(words));
  }

  private static Action action(String[] words) {
    return switch (words[2]) {
      case "refuse" -> new Action.Refuse(Integer.parseInt(words[3]), words[4]);
      case "cut-request" -> new Action.CutRequest(Long.parseLong(words[3]));
      case "cut-reply" -> new Action.CutReply(Long.parseLong(words[3]));
      case "lose-reply" -> new Action.LoseReply();
      case "slow" -> new Action.Slow(Long.parseLong(words[3]));
      case "no-progress" -> new Action.NoProgress();
      case "hesitate" -> new Action.Hesitate();
      case "forget-sessions" -> new Action.ForgetSessions();
      case "wrong-sha256" -> new Action.WrongSha256();
      case "flip-bit" -> new Action.FlipBit();
      case "ignore-range" -> new Action.IgnoreRange();
      default -> throw new IllegalArgumentException(words[2]);
    };
  }
}
