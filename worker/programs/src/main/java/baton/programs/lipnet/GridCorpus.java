package baton.programs.lipnet;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Filmed clips in a folder, grouped by speaker; the job's seed chooses speakers to hold out. All
 * clips are checked once before training, without their pixels; pictures are read when they are
 * needed. In training, a random half of the clips is mirrored.
 *
 * <pre>
 * corpus/
 *   s1/                     a speaker
 *     bbaf2n/               a clip: the mouth, one picture (PNG or JPEG) for each frame,
 *       000.png 001.png …   of any size, in the order of their numbers
 *     bbaf2n.align          the transcript in GRID's format: lines of "begin end word"
 *   s2/ …                   (alignments may also be in a folder align/ of the speaker)
 * </pre>
 */
final class GridCorpus implements Corpus {
  private final ClipFormat format;
  private final Seeds seeds;
  private final List<ClipFolder> training;
  private final List<ClipFolder> heldOut;

  private GridCorpus(
      ClipFormat format, Seeds seeds, List<ClipFolder> training, List<ClipFolder> heldOut) {
    this.format = format;
    this.seeds = seeds;
    this.training = training;
    this.heldOut = heldOut;
  }

  /**
   * Opens and checks the corpus in {@code root}.
   *
   * @param strangers the number of speakers to hold out
   * @param most the most clips of theirs to read, spread evenly
   * @throws TroubleException of kind MACHINE if the folder is not there, PROGRAM if a clip cannot
   *     be learned from
   */
  static GridCorpus open(Path root, ClipFormat format, int strangers, int most, Seeds seeds)
      throws TroubleException {
    if (!Files.isDirectory(root)) {
      throw new TroubleException(
          Trouble.machine(
              "There is no folder %s with a corpus on this machine.".formatted(root),
              "Put the corpus there on every worker, or submit the job without the parameter"
                  + " corpus to train on drawn clips."));
    }
    List<Path> speakers = folders(root);
    if (speakers.size() <= strangers) {
      throw ClipFolder.unfit(
          "The corpus %s has %d speakers, and %d are to be held out."
              .formatted(root, speakers.size(), strangers));
    }
    int[] order = new SplitMix64(seeds.split()).permutation(speakers.size());
    List<ClipFolder> heldOut = clips(speakers, Arrays.copyOf(order, strangers), format);
    List<ClipFolder> training =
        clips(speakers, Arrays.copyOfRange(order, strangers, order.length), format);
    int read = Math.min(most, heldOut.size());
    List<ClipFolder> spread =
        IntStream.range(0, read)
            .mapToObj(i -> heldOut.get((int) ((long) i * heldOut.size() / read)))
            .toList();
    return new GridCorpus(format, seeds, training, spread);
  }

  private static List<ClipFolder> clips(List<Path> speakers, int[] chosen, ClipFormat format)
      throws TroubleException {
    Arrays.sort(chosen);
    List<ClipFolder> clips = new ArrayList<>();
    for (int number : chosen) {
      Path speaker = speakers.get(number);
      int before = clips.size();
      for (Path frames : folders(speaker)) {
        if (!frames.endsWith(ClipFolder.ALIGNMENTS)) {
          clips.add(ClipFolder.open(frames, format));
        }
      }
      if (clips.size() == before) {
        throw ClipFolder.unfit("The speaker %s has no clips.".formatted(speaker));
      }
    }
    return clips;
  }

  private static List<Path> folders(Path parent) throws TroubleException {
    try (Stream<Path> children = Files.list(parent)) {
      return children.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw ClipFolder.unreadable(parent, e);
    }
  }

  @Override
  public int trainingClips() {
    return training.size();
  }

  @Override
  public Clip training(int number, int epoch) throws IOException {
    boolean mirrored = new SplitMix64(seeds.example(epoch, number)).nextInt(2) == 1;
    return training.get(number).read(format, mirrored);
  }

  @Override
  public int heldOutClips() {
    return heldOut.size();
  }

  @Override
  public Clip heldOut(int number) throws IOException {
    return heldOut.get(number).read(format, false);
  }
}
