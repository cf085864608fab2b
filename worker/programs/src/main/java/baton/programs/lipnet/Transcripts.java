package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/** The labels of texts of any length as one array: a row for each, padded with blanks. */
final class Transcripts {
  private Transcripts() {}

  static NDList of(NDManager manager, List<Clip> clips) {
    int longest = clips.stream().mapToInt(clip -> clip.transcript().length()).max().orElseThrow();
    long[] rows = new long[clips.size() * longest];
    for (int row = 0; row < clips.size(); row++) {
      int[] labels = Alphabet.labels(clips.get(row).transcript());
      for (int i = 0; i < labels.length; i++) {
        rows[row * longest + i] = labels[i];
      }
    }
    return new NDList(manager.create(rows, new Shape(clips.size(), longest)));
  }

  static int[][] labels(NDArray transcripts) {
    int[][] labels = new int[(int) transcripts.getShape().get(0)][];
    int longest = (int) transcripts.getShape().get(1);
    long[] rows = transcripts.toLongArray();
    for (int row = 0; row < labels.length; row++) {
      labels[row] =
          Arrays.stream(rows, row * longest, (row + 1) * longest)
              .takeWhile(label -> label != Alphabet.BLANK)
              .mapToInt(Math::toIntExact)
              .toArray();
    }
    return labels;
  }
}
