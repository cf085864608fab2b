package baton.worker.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The UCI handwritten digits, 8x8 pixels each, in the order of the file; {@code digits.txt} beside
 * it says whose they are.
 *
 * @param pixels from 0 to 1, {@link #PIXELS} to an image
 * @param labels 0 to 9
 */
record DigitImages(float[][] pixels, int[] labels) {
  static final int SIDE = 8;
  static final int PIXELS = SIDE * SIDE;
  private static final String RESOURCE = "digits.csv.gz";
  private static final float WHITEST = 16f;

  static DigitImages load() {
    try (InputStream file = DigitImages.class.getResourceAsStream(RESOURCE)) {
      if (file == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the worker's jar");
      }
      return parse(
          new BufferedReader(
                  new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII))
              .lines()
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DigitImages parse(List<String> lines) {
    float[][] pixels = new float[lines.size()][PIXELS];
    int[] labels = new int[lines.size()];
    for (int image = 0; image < labels.length; image++) {
      String[] numbers = lines.get(image).split(",");
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        pixels[image][pixel] = Integer.parseInt(numbers[pixel]) / WHITEST;
      }
      labels[image] = Integer.parseInt(numbers[PIXELS]);
    }
    return new DigitImages(pixels, labels);
  }

  /** The image moved so far; what comes in at the edge is blank. */
  static float[] moved(float[] pixels, int right, int down) {
    float[] moved = new float[PIXELS];
    for (int row = Math.max(0, down); row < Math.min(SIDE, SIDE + down); row++) {
      for (int column = Math.max(0, right); column < Math.min(SIDE, SIDE + right); column++) {
        moved[row * SIDE + column] = pixels[(row - down) * SIDE + column - right];
      }
    }
    return moved;
  }
}
