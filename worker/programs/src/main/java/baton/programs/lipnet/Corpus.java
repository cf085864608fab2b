package baton.programs.lipnet;

import java.io.IOException;

/** Clips for training, and clips of other speakers for evaluation; all of one format. */
interface Corpus {
  /** The number of clips in an epoch. */
  int trainingClips();

  /** The clip of that number in the given epoch. */
  Clip training(int number, int epoch) throws IOException;

  int heldOutClips();

  Clip heldOut(int number) throws IOException;
}
