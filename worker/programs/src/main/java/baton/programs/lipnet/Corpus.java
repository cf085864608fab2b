package baton.programs.lipnet;

import java.io.IOException;

/** Clips to learn from, and clips of other speakers to be examined on; all of one format. */
interface Corpus {
  /** The number of clips in an epoch. */
  int trainingClips();

  /** The clip of that number as the given epoch shows it. */
  Clip training(int number, int epoch) throws IOException;

  int heldOutClips();

  Clip heldOut(int number) throws IOException;
}
