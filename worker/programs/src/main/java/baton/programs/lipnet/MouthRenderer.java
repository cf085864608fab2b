package baton.programs.lipnet;

import baton.worker.train.SplitMix64;

/**
 * Draws the lower half of a face in grey: skin, two lips, and in the mouth darkness, teeth and
 * tongue. All arithmetic is exact, so a clip has the same bytes on every machine.
 */
final class MouthRenderer {
  private static final double DARK = 0.08;
  private static final double ENAMEL = 0.95;
  private static final double TONGUE = 0.5;
  private static final double NOISE = 0.04;

  private final int height;
  private final int width;

  MouthRenderer(int height, int width) {
    this.height = height;
    this.width = width;
  }

  /** Draws one frame into {@code pixels} from {@code offset} on, with the camera's noise. */
  void draw(
      Mouth mouth,
      Speaker speaker,
      Speaker.Pose pose,
      SplitMix64 noise,
      float[] pixels,
      int offset) {
    Outline outline = Outline.of(mouth, speaker);
    double pixel = 2.0 / width;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double x = (column + 0.5) * pixel - 1 - pose.right();
        double y = (row + 0.5 - height / 2.0) * pixel - pose.down() - pose.tilt() * x;
        double skin =
            speaker.skin()
                * (1 + speaker.shade() * x - speaker.stubble() * speckle(speaker, row, column));
        double grey = outline.grey(x, y, skin, pixel) + NOISE * bell(noise.nextLong());
        pixels[offset + row * width + column] = (float) Math.min(Math.max(grey, 0), 1);
      }
    }
  }

  /** A number from 0 to 1, always the same for one speaker's pixel. */
  private double speckle(Speaker speaker, int row, int column) {
    return new SplitMix64(speaker.skinSeed() + (long) row * width + column).nextDouble();
  }

  /** A nearly normal number with mean 0 and deviation 1: the sum of four 16-bit numbers. */
  private static double bell(long bits) {
    double sum =
        (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48 & 0xffff);
    return (sum / 0xffff - 2) * Math.sqrt(3);
  }

  /**
   * The sizes of a mouth's parts around its middle; half the picture's width is 1.
   *
   * @param corner half the width of the opening
   * @param up height of the opening above the line through the corners
   * @param down its height below
   * @param upper thickness of the upper lip
   * @param lower thickness of the lower lip
   * @param teeth how far the upper teeth reach down
   * @param tongue how far the tongue reaches up
   */
  private record Outline(
      double corner,
      double up,
      double down,
      double upper,
      double lower,
      double teeth,
      double tongue,
      double crooked,
      double lipTone) {

    static Outline of(Mouth mouth, Speaker speaker) {
      double opening = 0.24 * mouth.open() * speaker.opening();
      double fullness = (1 + 0.5 * mouth.round()) * (1 - 0.6 * mouth.press());
      return new Outline(
          0.6 * speaker.width() * mouth.wide(),
          0.7 * opening,
          1.3 * opening,
          0.08 * fullness * speaker.upperLip(),
          0.11 * fullness * speaker.lowerLip(),
          0.16 * mouth.teeth(),
          0.22 * mouth.tongue(),
          speaker.crooked(),
          speaker.lips());
    }

    double grey(double x, double yStraight, double skin, double pixel) {
      double y = yStraight * (1 + crooked * x);
      double lips = inside(x, y, corner + 0.08, up + upper, down + lower, pixel);
      double grey = skin + (skin * lipTone - skin) * lips;
      double hole = inside(x, y, corner, up, down, pixel);
      double within = DARK + (ENAMEL - DARK) * soft(teeth - up - y, pixel);
      within += (TONGUE - within) * soft(y - down + tongue, pixel);
      return grey + (within - grey) * hole;
    }

    /** The fraction of the pixel that is within the two half ellipses. */
    private static double inside(
        double x, double y, double half, double above, double below, double pixel) {
      double rise = Math.max(y < 0 ? above : below, pixel / 8);
      double radius = Math.sqrt(square(x / half) + square(y / rise));
      // The second keeps the line between closed lips from extending beyond their corners.
      return soft(Math.min((1 - radius) * Math.min(half, rise), half - Math.abs(x)), pixel);
    }

    private static double soft(double distance, double pixel) {
      return Math.min(Math.max(0.5 + distance / pixel, 0), 1);
    }

    private static double square(double value) {
      return value * value;
    }
  }
}
