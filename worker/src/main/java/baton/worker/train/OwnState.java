package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import baton.worker.segment.TroubleException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state, besides weights, that a recipe changes while it trains: tensors and numbers by name.
 * They are part of every checkpoint, and a restored run continues with them.
 */
public final class OwnState {
  static final String PREFIX = "own.";

  private final NDManager manager;
  private final SortedMap<String, NDArray> tensors = new TreeMap<>();
  private final SortedMap<String, Value> values = new TreeMap<>();

  /** A number that is saved. */
  public static final class Value {
    private double number;

    private Value(double number) {
      this.number = number;
    }

    public double get() {
      return number;
    }

    public void set(double newNumber) {
      number = newNumber;
    }
  }

  OwnState(NDManager manager) {
    this.manager = manager;
  }

  /** A tensor of zeros, to be changed in place. */
  public NDArray tensor(String name, Shape shape) {
    NDArray zeros = manager.zeros(shape, DataType.FLOAT32);
    requireNew(name, tensors.put(PREFIX + name, zeros));
    return zeros;
  }

  public Value number(String name, double initial) {
    Value value = new Value(initial);
    requireNew(name, values.put(name, value));
    return value;
  }

  private static void requireNew(String name, Object before) {
    if (before != null) {
      throw new IllegalArgumentException("the name " + name + " is kept twice");
    }
  }

  /** The tensors by their names in a checkpoint; a restore writes into them. */
  SortedMap<String, NDArray> tensors() {
    return tensors;
  }

  /** The numbers as {@link Double#toHexString} writes them, which is the same on every Java. */
  SortedMap<String, String> numbers() {
    SortedMap<String, String> numbers = new TreeMap<>();
    values.forEach((name, value) -> numbers.put(name, Double.toHexString(value.get())));
    return numbers;
  }

  void restore(Map<String, String> numbers) throws TroubleException {
    if (!values.keySet().equals(numbers.keySet())) {
      throw Tensors.misfit(
          "The program keeps the numbers %s, and the checkpoint has %s."
              .formatted(values.keySet(), new TreeMap<>(numbers).keySet()));
    }
    values.forEach((name, value) -> value.set(Double.parseDouble(numbers.get(name))));
  }
}
