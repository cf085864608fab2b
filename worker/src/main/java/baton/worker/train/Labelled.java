package baton.worker.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** An example with a class: numbers in any shape, and the class's number. */
public record Labelled(float[] values, long label) {

  /**
   * A batch of such examples.
   *
   * @param each the shape of one example
   */
  public static MultiNetworkRecipe.Batch batch(
      NDManager manager, List<Labelled> examples, Shape each) {
    int size = Math.toIntExact(each.size());
    float[] values = new float[examples.size() * size];
    long[] labels = new long[examples.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(examples.get(i).values(), 0, values, i * size, size);
      labels[i] = examples.get(i).label();
    }
    return new MultiNetworkRecipe.Batch(
        new NDList(manager.create(values, new Shape(labels.length).addAll(each))),
        new NDList(manager.create(labels)));
  }
}
