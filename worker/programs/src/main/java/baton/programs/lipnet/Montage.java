package baton.programs.lipnet;

import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A picture of the network's input, for people.
 *
 * @param captions the captions of its rows, or of its cells if they all differ
 */
public record Montage(BufferedImage picture, List<String> captions) {
  private static final ClipFormat CLIP = new ClipFormat(60, 20, 40);
  private static final ClipFormat PORTRAIT = new ClipFormat(1, 80, 160);
  private static final int ENLARGED = 2;
  private static final int EVERY = 4;
  private static final int SPEAKERS = 8;
  private static final int PORTRAITS_IN_A_ROW = 4;

  /** A row for each of eight clips of different speakers, with every fourth frame. */
  public static Montage ofClips(long seed) {
    SyntheticCorpus corpus =
        new SyntheticCorpus(
            CLIP, new SyntheticCorpus.Size(1, 1, SPEAKERS, SPEAKERS), new Seeds(seed));
    int columns = CLIP.frames() / EVERY;
    BufferedImage sheet = sheet(CLIP, SPEAKERS, columns, ENLARGED);
    List<String> captions = new ArrayList<>();
    for (int row = 0; row < SPEAKERS; row++) {
      Clip clip = corpus.heldOut(row);
      captions.add(clip.transcript());
      for (int column = 0; column < columns; column++) {
        paint(
            sheet, CLIP, ENLARGED, row, column, clip.pixels(), column * EVERY * CLIP.framePixels());
      }
    }
    return new Montage(sheet, List.copyOf(captions));
  }

  /** All mouth shapes on the lips of one speaker, four in a row. */
  public static Montage ofShapes(long seed) {
    SplitMix64 random = new SplitMix64(seed);
    Speaker speaker = Speaker.draw(random);
    MouthRenderer renderer = new MouthRenderer(PORTRAIT.height(), PORTRAIT.width());
    MouthShape[] shapes = MouthShape.values();
    BufferedImage sheet =
        sheet(PORTRAIT, shapes.length / PORTRAITS_IN_A_ROW, PORTRAITS_IN_A_ROW, 1);
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      captions.add(shapes[i].name());
      float[] pixels = new float[PORTRAIT.framePixels()];
      renderer.draw(shapes[i].mouth(), speaker, speaker.pose(), random, pixels, 0);
      paint(sheet, PORTRAIT, 1, i / PORTRAITS_IN_A_ROW, i % PORTRAITS_IN_A_ROW, pixels, 0);
    }
    return new Montage(sheet, List.copyOf(captions));
  }

  private static BufferedImage sheet(ClipFormat format, int rows, int columns, int zoom) {
    return new BufferedImage(
        columns * (zoom * format.width() + 1),
        rows * (zoom * format.height() + 1),
        BufferedImage.TYPE_INT_RGB);
  }

  private static void paint(
      BufferedImage sheet,
      ClipFormat format,
      int zoom,
      int row,
      int column,
      float[] pixels,
      int offset) {
    int height = zoom * format.height();
    int width = zoom * format.width();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int grey = Math.round(255 * pixels[offset + y / zoom * format.width() + x / zoom]);
        sheet.setRGB(column * (width + 1) + x, row * (height + 1) + y, grey * 0x010101);
      }
    }
  }
}
