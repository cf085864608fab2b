package baton.worker.child;

import java.util.Optional;

/** Finds control sequences (ECMA-48) in a child's output, and reports cursor moves. */
final class Escapes {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';
  private static final String MOVES = "ABCDEFGK";
  private static final int FARTHEST = 1_000;

  /** A longer sequence is not one, as in binary output; the rest is read as text. */
  private static final int LONGEST = 1_000;

  private State state = State.TEXT;
  private int length;
  private int number;
  private boolean hasNumber;
  private Optional<Move> move = Optional.empty();

  /** A move of the cursor, or an erasure ({@code K}), by its final letter. */
  record Move(char kind, int by) {}

  private enum State {
    TEXT,
    /** After the escape. */
    BEGUN,
    /** Within the parameters of a sequence that may be a move. */
    CONTROL,
    /** Within a sequence that ends with the next letter or digit. */
    SHORT,
    /** Within a string for the terminal, such as a window's title. */
    STRING
  }

  /** Whether {@code c} belongs to a sequence, and so is not text. */
  boolean swallows(char c) {
    if (state == State.TEXT && c != ESCAPE) {
      return false;
    }
    boolean breaksOff = c < ' ' && c != ESCAPE && !(state == State.STRING && c == BELL);
    if (breaksOff || ++length > LONGEST) {
      state = State.TEXT;
      length = 0;
      return false;
    }
    state = next(c);
    length = state == State.TEXT ? 0 : length;
    return true;
  }

  /** The move that the last character completed; returned once. */
  Optional<Move> takeMove() {
    Optional<Move> taken = move;
    move = Optional.empty();
    return taken;
  }

  private State next(char c) {
    if (c == ESCAPE) {
      return State.BEGUN;
    }
    return switch (state) {
      case TEXT, BEGUN -> begun(c);
      case CONTROL -> control(c);
      case SHORT -> c >= '0' ? State.TEXT : State.SHORT;
      case STRING -> c == BELL ? State.TEXT : State.STRING;
    };
  }

  private State begun(char c) {
    number = 0;
    hasNumber = false;
    return switch (c) {
      case '[' -> State.CONTROL;
      case ']', 'P', 'X', '^', '_' -> State.STRING;
      default -> c >= '0' ? State.TEXT : State.SHORT;
    };
  }

  private State control(char c) {
    if (c >= '0' && c <= '9') {
      number = Math.min(FARTHEST, 10 * number + c - '0');
      hasNumber = true;
    } else if (c >= '@') {
      if (MOVES.indexOf(c) >= 0) {
        move = Optional.of(new Move(c, c == 'K' || hasNumber ? number : 1));
      }
      return State.TEXT;
    }
    return State.CONTROL;
  }
}
