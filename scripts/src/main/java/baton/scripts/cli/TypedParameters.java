package baton.scripts.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters of a program as a person types them, in the types that they look like. */
public final class TypedParameters {
  private TypedParameters() {}

  public static Map<String, Object> of(Map<String, String> parameters) {
    Map<String, Object> typed = new LinkedHashMap<>();
    parameters.forEach((parameter, value) -> typed.put(parameter, typed(value)));
    return typed;
  }

  /** A truth value, a whole number, a number, or else a text. */
  static Object typed(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    try {
      return Long.valueOf(value);
    } catch (NumberFormatException notWhole) {
      try {
        return Double.valueOf(value);
      } catch (NumberFormatException notANumber) {
        return value;
      }
    }
  }
}
