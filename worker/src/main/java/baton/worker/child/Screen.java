package baton.worker.child;

import baton.protocol.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The last rows of a child's output, as a terminal would show them, so that a progress bar is one
 * row however often it is drawn. It supports the carriage return, the backspace, cursor moves and
 * erasures; other control sequences, such as colours, have no effect.
 *
 * <p>A row is done, and reported, when a line feed leaves it. But with several bars, line feeds
 * also leave a bar to which the cursor then moves back. Such a row is reported when the cursor
 * moves back only to a row below it, when text follows that is not a bar, or at the end.
 */
final class Screen {
  private static final int WIDEST = 400;
  private static final int MOST_ROWS = 16;

  private final Consumer<String> done;
  private final Escapes escapes = new Escapes();
  private final List<Row> rows = new ArrayList<>(List.of(new Row()));
  private int at;
  private int column;

  /** Whether the cursor is back at the row's start: the next character replaces the whole row. */
  private boolean returned;

  /** The row that the cursor moved up to, until a character or line feed follows; -1: none. */
  private int landed = -1;

  /** One row. */
  private static final class Row {
    final StringBuilder text = new StringBuilder();
    boolean isBar;
    boolean wasComeBackTo;
    boolean isTold;

    /** The text, or empty if it was already reported. */
    String untold() {
      return isTold ? "" : text.toString().stripTrailing();
    }

    void clear() {
      text.setLength(0);
      isTold = false;
    }
  }

  /**
   * @param done receives each row that is done and not blank
   */
  Screen(Consumer<String> done) {
    this.done = done;
  }

  void write(char c) {
    if (escapes.swallows(c)) {
      escapes.takeMove().ifPresent(this::move);
    } else if (c == '\n') {
      leaveRow();
    } else if (c == '\r') {
      column = 0;
      returned = true;
    } else if (c == '\b') {
      column = Math.max(0, column - 1);
      returned |= column == 0;
    } else {
      put(PlainText.isHarmful(c) && c != '\t' || c == '\uFFFD' ? '?' : c);
    }
  }

  /** Ends the output: reports all rows that were not reported yet. */
  void end() {
    rows.forEach(this::tell);
  }

  /** The text of all bars, from the top; empty if there are none. */
  String bars() {
    return rows.stream()
        .filter(row -> row.isBar)
        .map(row -> row.untold().strip())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("  "));
  }

  private void put(char c) {
    Row row = rows.get(at);
    settle();
    if (returned || column == 0 && row.wasComeBackTo) {
      row.clear();
      row.isBar = returned;
    }
    returned = false;
    if (column < row.text.length()) {
      row.text.setCharAt(column, c);
      row.isBar = true;
      row.isTold = false;
    } else if (column < WIDEST) {
      row.text.append(" ".repeat(column - row.text.length())).append(c);
      row.isTold = false;
    }
    column++;
  }

  /** Reports the rows above the one that the cursor moved up to: bars do not return to them. */
  private void settle() {
    if (landed >= 0) {
      rows.subList(0, landed).forEach(this::tell);
      landed = -1;
    }
  }

  private void leaveRow() {
    settle();
    Row row = rows.get(at);
    boolean mayComeBack = row.isBar && row.wasComeBackTo;
    if (!mayComeBack && !row.untold().isBlank()) {
      rows.subList(0, at + 1).forEach(this::tell);
    }
    enter(at + 1);
    column = 0;
    returned = false;
  }

  private void enter(int row) {
    at = Math.max(0, row);
    if (at == rows.size()) {
      rows.add(new Row());
    }
    if (rows.size() > MOST_ROWS) {
      tell(rows.remove(0));
      at--;
    }
  }

  private void move(Escapes.Move move) {
    switch (move.kind()) {
      case 'A', 'F' -> {
        int from = at;
        enter(at - move.by());
        rows.subList(at, from + 1).forEach(row -> row.wasComeBackTo = true);
        landed = at;
        atBegin(move.kind() == 'F');
      }
      case 'B', 'E' -> {
        enter(Math.min(rows.size() - 1, at + move.by()));
        atBegin(move.kind() == 'E');
      }
      case 'C' -> column = Math.min(WIDEST, column + move.by());
      case 'D' -> column = Math.max(0, column - move.by());
      case 'G' -> {
        column = Math.min(WIDEST, move.by() - 1);
        returned |= column == 0;
      }
      default -> erase(rows.get(at), move.by());
    }
  }

  /** Sets the column after a move to another row. */
  private void atBegin(boolean begin) {
    returned = begin;
    column = begin ? 0 : column;
  }

  /** Erases to the end of the row, or the whole row. */
  private void erase(Row row, int what) {
    row.text.setLength(what == 2 ? 0 : Math.min(column, row.text.length()));
    row.isTold = false;
  }

  private void tell(Row row) {
    String untold = row.untold();
    row.isTold = true;
    if (!untold.isBlank()) {
      done.accept(untold);
    }
  }
}
