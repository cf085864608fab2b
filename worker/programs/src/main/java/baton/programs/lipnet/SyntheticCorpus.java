package baton.programs.lipnet;

import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Computer-generated clips: sentences of the GRID grammar on the lips of synthetic speakers. Every
 * epoch has new clips, each a function of (job seed, epoch, number); the held-out clips stay the
 * same, and their speakers are never seen in training.
 */
final class SyntheticCorpus implements Corpus {
  private final ClipFormat format;
  private final MouthRenderer renderer;
  private final Seeds seeds;
  private final Size size;
  private final List<Speaker> speakers;
  private final List<Speaker> strangers;
  private final long[] heldOut;

  /** The numbers of clips in an epoch and in the held-out part, and of their speakers. */
  record Size(int trainingClips, int speakers, int heldOutClips, int strangers) {}

  SyntheticCorpus(ClipFormat format, Size size, Seeds seeds) {
    if (format.frames() < GridGrammar.framesForAny()) {
      throw new IllegalArgumentException(
          "a sentence takes up to %d frames, and clips have %d"
              .formatted(GridGrammar.framesForAny(), format.frames()));
    }
    this.format = format;
    this.size = size;
    this.seeds = seeds;
    this.renderer = new MouthRenderer(format.height(), format.width());
    SplitMix64 random = new SplitMix64(seeds.split());
    this.speakers = draw(random, size.speakers());
    this.strangers = draw(random, size.strangers());
    this.heldOut = LongStream.generate(random::nextLong).limit(size.heldOutClips()).toArray();
  }

  private static List<Speaker> draw(SplitMix64 random, int count) {
    return Stream.generate(() -> Speaker.draw(random)).limit(count).toList();
  }

  @Override
  public int trainingClips() {
    return size.trainingClips();
  }

  @Override
  public Clip training(int number, int epoch) {
    SplitMix64 random = new SplitMix64(seeds.example(epoch, number));
    Speaker speaker = speakers.get(random.nextInt(speakers.size()));
    return film("%d of epoch %d".formatted(number, epoch), speaker, random);
  }

  @Override
  public int heldOutClips() {
    return heldOut.length;
  }

  @Override
  public Clip heldOut(int number) {
    Speaker speaker = strangers.get(number % strangers.size());
    return film("held-out " + number, speaker, new SplitMix64(heldOut[number]));
  }

  private Clip film(String name, Speaker speaker, SplitMix64 random) {
    List<String> words = GridGrammar.draw(random);
    return new Clip(name, format.frames(), pixels(words, speaker, random), String.join(" ", words));
  }

  private float[] pixels(List<String> words, Speaker speaker, SplitMix64 random) {
    List<Mouth> mouths = Speech.of(Phonemes.shapes(words), speaker, random, format.frames());
    float[] pixels = new float[format.clipPixels()];
    Speaker.Pose moved = new Speaker.Pose(0, 0, 0);
    for (int frame = 0; frame < format.frames(); frame++) {
      moved = moved.drift(random);
      renderer.draw(
          mouths.get(frame),
          speaker,
          speaker.pose().plus(moved),
          random,
          pixels,
          frame * format.framePixels());
    }
    return pixels;
  }
}
