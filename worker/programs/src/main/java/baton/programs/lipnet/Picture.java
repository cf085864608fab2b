package baton.programs.lipnet;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A picture in grey.
 *
 * @param pixels the grey values from 0 to 1, row by row
 */
record Picture(int height, int width, float[] pixels) {
  static Picture read(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new IOException(file + " is not a picture");
    }
    int height = image.getHeight();
    int width = image.getWidth();
    float[] pixels = new float[height * width];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        pixels[row * width + column] = grey(image, column, row);
      }
    }
    return new Picture(height, width, pixels);
  }

  /** Reads grey pictures directly: Java would brighten them in a conversion to RGB. */
  private static float grey(BufferedImage image, int x, int y) {
    if (image.getColorModel() instanceof ComponentColorModel model
        && model.getNumColorComponents() == 1) {
      int bits = model.getComponentSize(0);
      return (float) image.getRaster().getSample(x, y, 0) / ((1 << bits) - 1);
    }
    int colour = image.getRGB(x, y);
    int red = colour >> 16 & 0xff;
    int green = colour >> 8 & 0xff;
    int blue = colour & 0xff;
    return (0.299f * red + 0.587f * green + 0.114f * blue) / 255;
  }

  /** The picture scaled; each new pixel is the mean of the area that it covers. */
  Picture scaled(int newHeight, int newWidth) {
    float[] rows = new float[newHeight * width];
    for (int column = 0; column < width; column++) {
      shrink(pixels, column, width, height, rows, column, width, newHeight);
    }
    float[] scaled = new float[newHeight * newWidth];
    for (int row = 0; row < newHeight; row++) {
      shrink(rows, row * width, 1, width, scaled, row * newWidth, 1, newWidth);
    }
    return new Picture(newHeight, newWidth, scaled);
  }

  /** Scales {@code size} numbers, {@code stride} apart, to {@code newSize}. */
  private static void shrink(
      float[] from,
      int first,
      int stride,
      int size,
      float[] to,
      int newFirst,
      int newStride,
      int newSize) {
    double step = (double) size / newSize;
    for (int i = 0; i < newSize; i++) {
      double begin = i * step;
      double end = Math.min((i + 1) * step, size);
      double sum = 0;
      for (int k = (int) begin; k < end; k++) {
        double covered = Math.min(k + 1, end) - Math.max(k, begin);
        sum += covered * from[first + k * stride];
      }
      to[newFirst + i * newStride] = (float) (sum / (end - begin));
    }
  }

  Picture mirrored() {
    float[] mirrored = new float[pixels.length];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        mirrored[row * width + column] = pixels[(row + 1) * width - 1 - column];
      }
    }
    return new Picture(height, width, mirrored);
  }

  void copyInto(float[] target, int offset) {
    System.arraycopy(pixels, 0, target, offset, pixels.length);
  }
}
