package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MontageTest {
  @Test
  void everyRowShowsAClipAndSaysWhatItSays() {
    Montage clips = Montage.ofClips(1);

    assertThat(clips.captions()).hasSize(8).allMatch(words -> words.split(" ").length == 6);
    assertThat(clips.picture().getWidth()).isEqualTo(15 * 81);
    assertThat(clips.picture().getHeight()).isEqualTo(8 * 41);
    assertThat(clips.picture().getRGB(5, 5) & 0xffffff).as("skin").isGreaterThan(0x303030);
    assertThat(clips.picture().getRGB(80, 5) & 0xffffff).as("a gap").isZero();
  }

  @Test
  void everyShapeHasItsCell() {
    Montage shapes = Montage.ofShapes(1);

    assertThat(shapes.captions()).hasSize(MouthShape.values().length).contains("WIDE_OPEN");
    assertThat(shapes.picture().getWidth()).isEqualTo(4 * 161);
  }
}
