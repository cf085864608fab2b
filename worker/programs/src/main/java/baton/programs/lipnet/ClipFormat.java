package baton.programs.lipnet;

/** The common size of a corpus's clips: the frames, and the pixels of a frame. */
record ClipFormat(int frames, int height, int width) {
  int framePixels() {
    return height * width;
  }

  int clipPixels() {
    return frames * framePixels();
  }
}
