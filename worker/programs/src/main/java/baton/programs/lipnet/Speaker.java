package baton.programs.lipnet;

import baton.worker.train.SplitMix64;

/**
 * A synthetic speaker: a face, and a way of moving it. The numbers are factors about 1 or offsets
 * about 0.
 *
 * @param opening how far the jaw drops for an open vowel
 * @param undershoot how much of each shape is lost to its neighbours
 * @param pace the number of frames of a vowel
 * @param crooked how much wider one side opens
 * @param shade how much darker one side of the face is
 * @param stubble how much the skin is speckled, by a pattern of {@code skinSeed}
 */
record Speaker(
    double width,
    double upperLip,
    double lowerLip,
    double opening,
    double undershoot,
    double pace,
    double crooked,
    double skin,
    double lips,
    double shade,
    double stubble,
    long skinSeed,
    Pose pose) {

  static Speaker draw(SplitMix64 random) {
    return new Speaker(
        between(random, 0.85, 1.15),
        between(random, 0.7, 1.4),
        between(random, 0.7, 1.4),
        between(random, 0.8, 1.2),
        between(random, 0.05, 0.25),
        between(random, 2.2, 3.0),
        between(random, -0.15, 0.15),
        between(random, 0.5, 0.85),
        between(random, 0.55, 0.8),
        between(random, -0.15, 0.15),
        between(random, 0, 0.12),
        random.nextLong(),
        Pose.draw(random));
  }

  static double between(SplitMix64 random, double least, double most) {
    return least + (most - least) * random.nextDouble();
  }

  /**
   * The position of the head before the camera.
   *
   * @param right the distance right of the middle; half the picture's width is 1
   * @param down the distance below the middle
   * @param tilt the slope of the line through the corners of the mouth
   */
  record Pose(double right, double down, double tilt) {
    static Pose draw(SplitMix64 random) {
      return new Pose(
          between(random, -0.08, 0.08), between(random, -0.05, 0.05), between(random, -0.1, 0.1));
    }

    /** A small random change that keeps most of the last one, so that a head drifts. */
    Pose drift(SplitMix64 random) {
      return new Pose(
          0.9 * right + between(random, -0.008, 0.008),
          0.9 * down + between(random, -0.008, 0.008),
          0.9 * tilt + between(random, -0.01, 0.01));
    }

    Pose plus(Pose other) {
      return new Pose(right + other.right, down + other.down, tilt + other.tilt);
    }
  }
}
