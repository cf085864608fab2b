package baton.programs;

import baton.protocol.IoReason;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The UCI handwritten digits, 8x8 pixels each, in the order of the file; {@code digits.txt} beside
 * it names their source.
 *
 * @param pixels the pixels from 0 to 1, {@link #PIXELS} per image
 * @param labels the digits, 0 to 9
 */
record DigitImages(float[][] pixels, int[] labels) {
  static final int SIDE = 8;
  static final int PIXELS = SIDE * SIDE;
  private static final String FILE = "digits.csv";
  private static final int FEWEST = 10;
  private static final int LABELS = 10;
  private static final String RESOURCE = "digits.csv.gz";
  private static final float WHITEST = 16f;

  static DigitImages load() {
    try (InputStream file = DigitImages.class.getResourceAsStream(RESOURCE)) {
      if (file == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the jar of the programs");
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

  /**
   * Reads {@code digits.csv}: one image per line, 64 numbers from 0 to 16 and then its digit.
   *
   * @throws TroubleException of kind PROGRAM if it is missing, too short, or has a malformed line
   */
  static DigitImages in(Path data) throws TroubleException {
    try {
      DigitImages images = parse(Files.readAllLines(data.resolve(FILE), StandardCharsets.US_ASCII));
      if (images.labels.length < FEWEST) {
        throw unfit("it has fewer than %d lines".formatted(FEWEST));
      }
      return images;
    } catch (IOException e) {
      throw unfit(IoReason.of(e));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw unfit("a line in it is not 64 numbers and a digit");
    }
  }

  private static TroubleException unfit(String why) {
    return new TroubleException(
        Trouble.program(
            "The job's data has no " + FILE + " that digits can read: " + why + ".",
            "Put a folder with such a file, one image a line, and submit the job with it."));
  }

  private static DigitImages parse(List<String> lines) {
    float[][] pixels = new float[lines.size()][PIXELS];
    int[] labels = new int[lines.size()];
    for (int image = 0; image < labels.length; image++) {
      String[] numbers = lines.get(image).split(",");
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        pixels[image][pixel] = Integer.parseInt(numbers[pixel]) / WHITEST;
      }
      labels[image] = Objects.checkIndex(Integer.parseInt(numbers[PIXELS]), LABELS);
    }
    return new DigitImages(pixels, labels);
  }

  /** The image moved by that many pixels; uncovered pixels are blank. */
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
