package baton.programs.lipnet;

/** The size that all clips of a corpus have: frames, and pixels of a frame. */
record ClipFormat(int frames, int height, int width) {
  int framePixels() {
    return height * width;
  }

  int clipPixels() {
    return frames * framePixels();
  }
}
