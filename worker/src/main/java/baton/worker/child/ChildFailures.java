package baton.worker.child;

import baton.protocol.Trouble;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Explains why a child ended, in one sentence, from its exit code and its last lines. The sentence
 * is the same in every session that fails the same way (R11); the lines are in the remedy.
 */
final class ChildFailures {
  private static final int LONGEST_SENTENCE = 500;
  private static final int LONGEST_OUTPUT = 1_200;
  private static final int KILLED = 137;
  private static final int SIGNAL = 128;
  private static final String CUT = "baton: the connection to the worker is cut";
  private static final Pattern NO_MODULE = Pattern.compile("No module named '?([\\w.]+)'?");

  private ChildFailures() {}

  /**
   * The trouble of a child that ended by itself.
   *
   * @param doing continues "while"; names the program and how far it came
   * @param early the sentence and the remedy for exit code 0
   */
  static Trouble ofExit(String program, int code, List<String> lines, Early early) {
    String output = output(lines);
    String text = String.join("\n", lines);
    String lower = text.toLowerCase(Locale.ROOT);
    String last = lines.isEmpty() ? "it printed nothing" : brief(lines.get(lines.size() - 1));
    Matcher module = NO_MODULE.matcher(text);
    if (code == 0) {
      return Trouble.program(early.sentence(), early.remedy() + output);
    }
    if (text.contains(CUT)) {
      return cut(program, output);
    }
    if (module.find()) {
      return Trouble.machine(
          "%s needs the Python module %s, which is not installed."
              .formatted(program, module.group(1)),
          "Install it for the Python of the worker's command." + output);
    }
    if (lower.contains("baton.py needs python") || isSyntaxErrorOfBaton(lines)) {
      return Trouble.machine(
          "The Python that runs %s is too old.".formatted(program),
          "Use Python 3.9 or newer in the worker's command." + output);
    }
    if (lower.contains("out of memory")
        || lower.contains("memoryerror")
        || lower.contains("bad_alloc")
        || lower.contains("cannot allocate memory")) {
      return Trouble.machine(
          "Memory ran out while %s trained: %s".formatted(program, sentence(last)),
          "Use a machine with more memory, or submit the job with smaller batches." + output);
    }
    if (code == KILLED) {
      return Trouble.machine(
          "%s was killed (signal 9), as a machine does when memory runs out.".formatted(program),
          "Use a machine with more memory, or submit the job with smaller batches." + output);
    }
    if (code == SIGNAL + 15 || code == SIGNAL + 2) {
      return Trouble.machine(
          "%s was ended by signal %d from outside.".formatted(program, code - SIGNAL),
          "Nothing to do, unless it happens again: then see what ends processes here." + output);
    }
    if (code > SIGNAL) {
      return Trouble.program(
          "%s crashed with signal %d.".formatted(program, code - SIGNAL),
          "Correct the script, or the native library that it uses." + output);
    }
    return Trouble.program(
        "%s failed with exit code %d: %s".formatted(program, code, sentence(last)),
        "Correct the script or the job's parameters, and submit the job again." + output);
  }

  /** The failure of a child that closed its end of the socket while it was alive. */
  static Trouble cut(String program, String output) {
    return Trouble.program(
        "%s cut its connection to the worker.".formatted(program),
        "See that the script closes no files and sockets that are not its own." + output);
  }

  /** The meaning of a child's exit with code 0 before the job's end. */
  record Early(String sentence, String remedy) {}

  /** The last lines for a remedy, on lines of their own: the newest that fit. */
  static String output(List<String> lines) {
    StringBuilder text = new StringBuilder();
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = "\n  " + lines.get(i);
      if (text.length() + line.length() > LONGEST_OUTPUT) {
        break;
      }
      text.insert(0, line);
    }
    return text.isEmpty() ? "" : "\nIts last output:" + text;
  }

  static String brief(String text) {
    return text.length() <= LONGEST_SENTENCE ? text : text.substring(0, LONGEST_SENTENCE) + "…";
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** An old Python fails to parse the file, before it reaches the version check. */
  private static boolean isSyntaxErrorOfBaton(List<String> lines) {
    String text = String.join("\n", lines);
    return text.contains("SyntaxError") && text.contains("baton.py\"");
  }
}
