package baton.worker.child;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command as a person writes it into words: at spaces, except within single or double
 * quotes or after a backslash. No shell is involved, so no other character is special.
 */
final class CommandWords {
  private CommandWords() {}

  static List<String> of(String command) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        inWord = true;
      } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
        word.append(command.charAt(++i));
        inWord = true;
      } else if (quote != 0 || !Character.isWhitespace(c)) {
        word.append(c);
        inWord = true;
      } else if (inWord) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("The command " + command + " lacks a closing " + quote);
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
