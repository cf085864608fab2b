package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;

/**
 * The network of LipNet (Assael, Shillingford, Whiteson and de Freitas, 2016): three
 * spatio-temporal convolutions, two bidirectional GRUs, and a linear layer that scores the alphabet
 * at each frame. From (clips, 1, frames, height, width) to (clips, frames, classes).
 *
 * @param channels the channels of the first convolution; the others have two and three times as
 *     many
 * @param units the units of each direction of a GRU
 */
record LipReader(int channels, int units, float dropout) {
  /** Pooling halves the picture three times, and the first convolution once. */
  static final int SHRINKS_BY = 16;

  Block block() {
    SequentialBlock network = new SequentialBlock();
    addConvolution(network, channels, 5, 2);
    addConvolution(network, 2 * channels, 5, 1);
    addConvolution(network, 3 * channels, 3, 1);
    return network
        .add(LambdaBlock.singleton(LipReader::sequence, "sequence"))
        .add(new BidirectionalGru(units))
        .add(thin())
        .add(new BidirectionalGru(units))
        .add(thin())
        .add(Linear.builder().setUnits(Alphabet.CLASSES).build());
  }

  private void addConvolution(SequentialBlock network, int filters, int side, int stride) {
    network
        .add(
            Conv3d.builder()
                .setKernelShape(new Shape(3, side, side))
                .optStride(new Shape(1, stride, stride))
                .optPadding(new Shape(1, side / 2, side / 2))
                .setFilters(filters)
                .build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(LambdaBlock.singleton(LipReader::pooled, "pool"))
        .add(thin());
  }

  private Block thin() {
    return Dropout.builder().optRate(dropout).build();
  }

  /**
   * Pools 1x2x2 in two dimensions, with channels and frames folded into one, since the backward
   * kernel of 3D pooling sums in any order on a GPU.
   */
  static NDArray pooled(NDArray films) {
    Shape shape = films.getShape();
    Shape half = new Shape(2, 2);
    NDArray folded =
        films.reshape(shape.get(0), shape.get(1) * shape.get(2), shape.get(3), shape.get(4));
    return Pool.maxPool2d(folded, half, half, new Shape(0, 0), false)
        .reshape(shape.get(0), shape.get(1), shape.get(2), shape.get(3) / 2, shape.get(4) / 2);
  }

  /** From (clips, channels, frames, height, width) to (clips, frames, features). */
  private static NDArray sequence(NDArray films) {
    Shape shape = films.getShape();
    return films
        .transpose(0, 2, 1, 3, 4)
        .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3) * shape.get(4));
  }
}
