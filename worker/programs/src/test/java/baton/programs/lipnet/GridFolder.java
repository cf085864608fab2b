package baton.programs.lipnet;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** A small corpus on disk in GRID's layout, for tests: pictures of one grey each. */
final class GridFolder {
  static final int FRAMES = 36;
  private final Path root;

  GridFolder(Path root) {
    this.root = root;
  }

  /** Speakers s1, s2, ... with {@code clips} clips each. */
  static GridFolder with(Path root, int speakers, int clips) throws IOException {
    GridFolder folder = new GridFolder(root);
    for (int speaker = 1; speaker <= speakers; speaker++) {
      for (int clip = 0; clip < clips; clip++) {
        folder.add("s" + speaker, "clip" + clip, FRAMES, "bin blue at f two now");
      }
    }
    return folder;
  }

  Path root() {
    return root;
  }

  /** Frame number n has the grey n, but for its left half, which is black. */
  Path add(String speaker, String clip, int frames, String words) throws IOException {
    Path pictures = Files.createDirectories(root.resolve(speaker).resolve(clip));
    for (int frame = 0; frame < frames; frame++) {
      picture(pictures.resolve(frame + ".png"), frame);
    }
    align(root.resolve(speaker).resolve(clip + ".align"), words);
    return pictures;
  }

  static void picture(Path file, int grey) throws IOException {
    BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 16; x < 32; x++) {
      for (int y = 0; y < 16; y++) {
        image.getRaster().setSample(x, y, 0, grey);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  static void align(Path file, String words) throws IOException {
    StringBuilder lines = new StringBuilder("0 1000 sil\n");
    int time = 1000;
    for (String word : words.split(" ")) {
      lines.append(time).append(' ').append(time + 900).append(' ').append(word).append('\n');
      lines.append(time + 900).append(' ').append(time + 1000).append(" sp\n");
      time += 1000;
    }
    lines.append(time).append(" 74500 SIL\n");
    Files.write(file, List.of(lines.toString().split("\n")));
  }
}
