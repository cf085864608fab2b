package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer of gated recurrent units that reads a sequence from both ends: from (clips, frames,
 * features) to (clips, frames, 2 x units). Its parameters have PyTorch's names and order; those of
 * DJL's own bidirectional layer are in an order that PyTorch refuses.
 */
final class BidirectionalGru extends AbstractBlock {
  private static final int GATES = 3;

  private final int units;
  private final List<Parameter> ordered = new ArrayList<>();

  BidirectionalGru(int units) {
    this.units = units;
    for (String direction : new String[] {"", "_reverse"}) {
      parameter("weight_ih_l0" + direction, Parameter.Type.WEIGHT);
      parameter("weight_hh_l0" + direction, Parameter.Type.WEIGHT);
      parameter("bias_ih_l0" + direction, Parameter.Type.BIAS);
      parameter("bias_hh_l0" + direction, Parameter.Type.BIAS);
    }
  }

  private void parameter(String name, Parameter.Type type) {
    ordered.add(
        addParameter(
            Parameter.builder()
                .setName(name)
                .setType(type)
                .optInitializer(new UniformInitializer((float) (1 / Math.sqrt(units))))
                .build()));
  }

  @Override
  protected void prepare(Shape[] inputShapes) {
    long features = inputShapes[0].get(2);
    for (Parameter parameter : ordered) {
      String name = parameter.getName();
      if (name.startsWith("bias")) {
        parameter.setShape(new Shape(GATES * units));
      } else {
        parameter.setShape(new Shape(GATES * units, name.contains("_ih_") ? features : units));
      }
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> options) {
    NDArray sequence = inputs.singletonOrThrow();
    NDManager manager = sequence.getManager();
    NDArray rest = manager.zeros(new Shape(2, sequence.getShape().get(0), units), DataType.FLOAT32);
    NDList parameters = new NDList();
    for (Parameter parameter : ordered) {
      parameters.add(store.getValue(parameter, sequence.getDevice(), training));
    }
    return new NDList(
        sequence
            .getNDArrayInternal()
            .gru(sequence, rest, parameters, true, 1, 0, training, true, true)
            .get(0));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    Shape input = inputShapes[0];
    return new Shape[] {new Shape(input.get(0), input.get(1), 2L * units)};
  }
}
