package baton.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option for a program's parameters. */
public final class ProgramParameters {
  @Option(
      names = {"-p", "--param"},
      paramLabel = "NAME=VALUE",
      description = "A parameter of the program, such as learningRate=0.01.")
  private Map<String, String> typed = new LinkedHashMap<>();

  /** The parameters by name, each in the type that its text looks like. */
  public Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    typed.forEach((name, text) -> values.put(name, value(text)));
    return values;
  }

  /** A truth value, a whole number, a number, or otherwise a text. */
  static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException notWhole) {
      try {
        return Double.valueOf(text);
      } catch (NumberFormatException notANumber) {
        return text;
      }
    }
  }
}
