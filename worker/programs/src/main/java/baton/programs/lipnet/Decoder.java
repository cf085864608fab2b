package baton.programs.lipnet;

import static java.util.Comparator.comparing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns the log probabilities of each frame into a text. */
@FunctionalInterface
interface Decoder {
  String read(double[][] log);

  /** The most likely label of each frame, without repeats and blanks. */
  static Decoder greedy() {
    return log -> {
      StringBuilder text = new StringBuilder();
      int before = Alphabet.BLANK;
      for (double[] frame : log) {
        int label = mostLikely(frame);
        if (label != Alphabet.BLANK && label != before) {
          text.append(Alphabet.character(label));
        }
        before = label;
      }
      return text.toString();
    };
  }

  /**
   * Beam search for the most likely text, whose probability is the sum over all paths that read it;
   * after each frame the {@code width} likeliest prefixes are kept.
   */
  static Decoder beam(int width) {
    return log -> {
      List<Beginning> kept = List.of(new Beginning("", 1, 0));
      for (double[] frame : log) {
        kept = likeliest(extend(kept, frame), width);
      }
      return kept.get(0).text();
    };
  }

  private static int mostLikely(double[] frame) {
    int best = 0;
    for (int label = 1; label < frame.length; label++) {
      if (frame[label] > frame[best]) {
        best = label;
      }
    }
    return best;
  }

  private static Map<String, Beginning> extend(List<Beginning> kept, double[] frame) {
    Map<String, Beginning> next = new HashMap<>();
    double[] chance = new double[frame.length];
    for (int label = 0; label < frame.length; label++) {
      chance[label] = StrictMath.exp(frame[label]);
    }
    for (Beginning beginning : kept) {
      String text = beginning.text();
      add(next, text, beginning.total() * chance[Alphabet.BLANK], 0);
      for (int label = 0; label < frame.length; label++) {
        if (label == Alphabet.BLANK || chance[label] < Beginning.NEGLIGIBLE) {
          continue;
        }
        char character = Alphabet.character(label);
        boolean repeats = !text.isEmpty() && text.charAt(text.length() - 1) == character;
        if (repeats) {
          add(next, text, 0, beginning.onCharacter() * chance[label]);
        }
        // A repeated character needs a blank in between.
        double before = repeats ? beginning.onBlank() : beginning.total();
        add(next, text + character, 0, before * chance[label]);
      }
    }
    return next;
  }

  private static void add(
      Map<String, Beginning> next, String text, double onBlank, double onCharacter) {
    next.merge(text, new Beginning(text, onBlank, onCharacter), Beginning::plus);
  }

  /** The likeliest, in a definite order and scaled up, since after 60 frames all would be zero. */
  private static List<Beginning> likeliest(Map<String, Beginning> all, int width) {
    double most = all.values().stream().mapToDouble(Beginning::total).max().orElseThrow();
    return all.values().stream()
        .sorted(comparing(Beginning::total).reversed().thenComparing(Beginning::text))
        .limit(width)
        .map(beginning -> beginning.scaled(1 / most))
        .toList();
  }

  /** A prefix of the text, and the probability of the paths that read it, by their last label. */
  record Beginning(String text, double onBlank, double onCharacter) {
    private static final double NEGLIGIBLE = 1e-5;

    double total() {
      return onBlank + onCharacter;
    }

    Beginning plus(Beginning other) {
      return new Beginning(text, onBlank + other.onBlank, onCharacter + other.onCharacter);
    }

    Beginning scaled(double factor) {
      return new Beginning(text, onBlank * factor, onCharacter * factor);
    }
  }
}
