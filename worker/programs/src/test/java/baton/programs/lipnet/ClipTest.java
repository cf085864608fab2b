package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClipTest {
  @Test
  void aClipTooShortForItsTranscriptIsRefusedByName() {
    assertThatThrownBy(() -> new Clip("s1/bbaf2n", 5, new float[5], "green"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the clip s1/bbaf2n has 5 frames, and \"green\" takes at least 6");
    assertThat(new Clip("s1/bbaf2n", 6, new float[6], "green").frames()).isEqualTo(6);
  }

  @Test
  void pixelsThatDoNotFallIntoFramesAreRefused() {
    assertThatThrownBy(() -> new Clip("c", 3, new float[7], "a"))
        .hasMessage("the clip c of 7 pixels does not fall into 3 frames");
  }

  @Test
  void theLightDoesNotMatter() {
    float[] dim = new float[5];
    float[] bright = new float[5];

    new Clip("dim", 1, new float[] {0.1f, 0.2f, 0.1f, 0.3f}, "a").standardizeInto(dim, 1);
    new Clip("bright", 1, new float[] {0.4f, 0.6f, 0.4f, 0.8f}, "a").standardizeInto(bright, 1);

    assertThat(dim[0]).isZero();
    assertThat(dim[1] + dim[2] + dim[3] + dim[4]).isCloseTo(0, within(1e-5f));
    assertThat(dim).containsExactly(bright, within(0.01f));
  }

  @Test
  void aBlackClipIsNoDivisionByZero() {
    float[] target = new float[2];

    new Clip("black", 2, new float[2], "a").standardizeInto(target, 0);

    assertThat(target).containsExactly(0, 0);
  }
}
