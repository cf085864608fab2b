package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
  @TempDir Path folder;

  @Test
  void aGreyPictureKeepsItsGreys() throws Exception {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 100, 255});

    assertThat(read(image)).containsExactly(0, 100 / 255f, 1);
  }

  @Test
  void coloursAreWeighedAsTheEyeDoes() throws Exception {
    BufferedImage image = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff0000);
    image.setRGB(1, 0, 0x00ff00);
    image.setRGB(2, 0, 0x0000ff);
    image.setRGB(3, 0, 0xffffff);

    assertThat(read(image)).containsExactly(new float[] {0.299f, 0.587f, 0.114f, 1}, within(1e-6f));
  }

  @Test
  void aSmallerPictureHasTheMeansOfTheAreas() {
    Picture picture = new Picture(2, 6, new float[] {1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8});

    assertThat(picture.scaled(1, 3).pixels()).containsExactly(2.5f, 4.5f, 6.5f);
    // Of 6 columns in 4, each takes one and a half.
    assertThat(picture.scaled(2, 4).pixels())
        .containsExactly(
            new float[] {4 / 3f, 8 / 3f, 13 / 3f, 17 / 3f, 10 / 3f, 14 / 3f, 19 / 3f, 23 / 3f},
            within(1e-6f));
    assertThat(picture.scaled(2, 6)).usingRecursiveComparison().isEqualTo(picture);
  }

  @Test
  void aLargerPictureRepeatsItsPixels() {
    assertThat(new Picture(1, 2, new float[] {1, 3}).scaled(2, 4).pixels())
        .containsExactly(1, 1, 3, 3, 1, 1, 3, 3);
  }

  @Test
  void aMirrorSwapsLeftAndRightInEveryRow() {
    assertThat(new Picture(2, 2, new float[] {1, 2, 3, 4}).mirrored().pixels())
        .containsExactly(2, 1, 4, 3);
  }

  private float[] read(BufferedImage image) throws Exception {
    Path file = folder.resolve("picture.png");
    ImageIO.write(image, "png", file.toFile());
    return Picture.read(file).pixels();
  }
}
