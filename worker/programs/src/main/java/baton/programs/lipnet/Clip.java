package baton.programs.lipnet;

/**
 * A silent film of a mouth, and its transcript.
 *
 * @param pixels the grey values from 0 to 1, frame by frame, row by row
 */
record Clip(String name, int frames, float[] pixels, String transcript) {
  Clip {
    if (frames < 1 || pixels.length % frames != 0) {
      throw new IllegalArgumentException(
          "the clip %s of %d pixels does not fall into %d frames"
              .formatted(name, pixels.length, frames));
    }
    if (frames < Alphabet.framesFor(transcript)) {
      throw new IllegalArgumentException(
          "the clip %s has %d frames, and \"%s\" takes at least %d"
              .formatted(name, frames, transcript, Alphabet.framesFor(transcript)));
    }
  }

  /** Writes the pixels with mean 0 and deviation 1, since brightness is irrelevant to the words. */
  void standardizeInto(float[] target, int offset) {
    double sum = 0;
    double squares = 0;
    for (float pixel : pixels) {
      sum += pixel;
      squares += (double) pixel * pixel;
    }
    double mean = sum / pixels.length;
    double deviation = Math.sqrt(Math.max(squares / pixels.length - mean * mean, 0)) + 1e-4;
    for (int i = 0; i < pixels.length; i++) {
      target[offset + i] = (float) ((pixels[i] - mean) / deviation);
    }
  }
}
