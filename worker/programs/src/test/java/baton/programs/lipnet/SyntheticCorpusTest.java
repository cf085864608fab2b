package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Sha256;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SyntheticCorpusTest {
  private static final ClipFormat FORMAT = new ClipFormat(60, 20, 40);
  private static final SyntheticCorpus.Size SIZE = new SyntheticCorpus.Size(10, 3, 6, 2);

  private final SyntheticCorpus corpus = new SyntheticCorpus(FORMAT, SIZE, new Seeds(5));

  @Test
  void aClipIsAFunctionOfTheSeedTheEpochAndItsNumber() {
    SyntheticCorpus again = new SyntheticCorpus(FORMAT, SIZE, new Seeds(5));
    SyntheticCorpus other = new SyntheticCorpus(FORMAT, SIZE, new Seeds(6));

    // The one asked for first, and the one asked for last.
    Clip clip = corpus.training(7, 2);
    again.training(1, 2);
    again.heldOut(3);

    assertThat(again.training(7, 2)).usingRecursiveComparison().isEqualTo(clip);
    assertThat(corpus.training(7, 3).pixels()).isNotEqualTo(clip.pixels());
    assertThat(corpus.training(8, 2).pixels()).isNotEqualTo(clip.pixels());
    assertThat(other.training(7, 2).pixels()).isNotEqualTo(clip.pixels());
  }

  @Test
  void aClipHasTheSameBytesOnEveryMachine() {
    float[] pixels = corpus.heldOut(1).pixels();
    ByteBuffer bytes = ByteBuffer.allocate(pixels.length * Float.BYTES);
    bytes.asFloatBuffer().put(pixels);

    assertThat(corpus.heldOut(1).transcript()).isEqualTo("lay green at p seven again");
    assertThat(Sha256.of(bytes.array()).hex())
        .isEqualTo("f5086a203f024219578a86f9f937792742b2dc527e05af99cfb83bd240e3c117");
  }

  @Test
  void everyPixelIsGrey() {
    assertThat(corpus.training(0, 0).pixels()).hasSize(60 * 20 * 40);
    for (float pixel : corpus.training(0, 0).pixels()) {
      assertThat(pixel).isBetween(0f, 1f);
    }
  }

  @Test
  void aMouthThatOpensIsDarkWithin() {
    MouthRenderer renderer = new MouthRenderer(20, 40);
    Speaker speaker = Speaker.draw(new SplitMix64(1));
    float[] open = new float[800];
    float[] closed = new float[800];
    draw(renderer, MouthShape.WIDE_OPEN, speaker, open);
    draw(renderer, MouthShape.CLOSED, speaker, closed);

    int middle = 10 * 40 + 20;
    assertThat(open[middle]).isLessThan(closed[middle] - 0.2f);
    assertThat(open[0]).as("the skin").isEqualTo(closed[0]);
  }

  @Test
  void aSentenceDoesNotFitIntoFewFrames() {
    assertThatThrownBy(() -> new SyntheticCorpus(new ClipFormat(32, 20, 40), SIZE, new Seeds(5)))
        .hasMessage("a sentence takes up to 33 frames, and clips have 32");
  }

  private static void draw(
      MouthRenderer renderer, MouthShape shape, Speaker speaker, float[] pixels) {
    Speaker.Pose straight = new Speaker.Pose(0, 0, 0);
    renderer.draw(shape.mouth(), speaker, straight, new SplitMix64(2), pixels, 0);
  }
}
