package baton.programs.lipnet;

import static java.util.Comparator.comparing;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A clip on disk: a folder of pictures, and its transcript.
 *
 * @param name its name, such as {@code s1/bbaf2n}
 */
record ClipFolder(String name, Path pictures, String transcript) {
  static final String ALIGNMENTS = "align";

  /** Opens a clip, and checks everything except the pixels. */
  static ClipFolder open(Path pictures, ClipFormat format) throws TroubleException {
    Path speaker = pictures.getParent();
    String name = speaker.getFileName() + "/" + pictures.getFileName();
    ClipFolder clip = new ClipFolder(name, pictures, AlignFile.transcript(alignment(pictures)));
    int frames;
    try {
      frames = clip.frames().size();
    } catch (IOException e) {
      throw unreadable(pictures, e);
    }
    int least = Alphabet.framesFor(clip.transcript());
    if (frames < least) {
      throw unfit(
          "The clip %s has %d frames, and its transcript \"%s\" takes at least %d."
              .formatted(name, frames, clip.transcript(), least));
    }
    if (frames > format.frames()) {
      throw new TroubleException(
          Trouble.program(
              "The clip %s has %d frames, and the job reads %d at most."
                  .formatted(name, frames, format.frames()),
              "Submit the job again with frames set to %d or more.".formatted(frames)));
    }
    return clip;
  }

  private static Path alignment(Path pictures) throws TroubleException {
    Path beside = pictures.resolveSibling(pictures.getFileName() + ".align");
    Path apart = pictures.resolveSibling(ALIGNMENTS).resolve(beside.getFileName());
    if (Files.exists(beside)) {
      return beside;
    }
    if (Files.exists(apart)) {
      return apart;
    }
    throw unfit(
        "The clip %s has no alignment: neither %s nor %s is there."
            .formatted(pictures, beside, apart));
  }

  /** Reads the clip, scaled to {@code format}; if it has fewer frames, the last one is repeated. */
  Clip read(ClipFormat format, boolean mirrored) throws IOException {
    List<Path> frames = frames();
    float[] pixels = new float[format.clipPixels()];
    int size = format.framePixels();
    for (int i = 0; i < format.frames(); i++) {
      if (i < frames.size()) {
        Picture picture = Picture.read(frames.get(i)).scaled(format.height(), format.width());
        (mirrored ? picture.mirrored() : picture).copyInto(pixels, i * size);
      } else {
        System.arraycopy(pixels, (i - 1) * size, pixels, i * size, size);
      }
    }
    return new Clip(name, format.frames(), pixels, transcript);
  }

  /** The frames, shorter names first, so that 9.png comes before 10.png. */
  private List<Path> frames() throws IOException {
    try (Stream<Path> files = Files.list(pictures)) {
      return files
          .filter(ClipFolder::isPicture)
          .sorted(comparing((Path file) -> file.toString().length()).thenComparing(file -> file))
          .toList();
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
  }

  static TroubleException unfit(String message) {
    return new TroubleException(
        Trouble.program(
            message,
            "Correct the corpus on every worker, or take out what does not fit, and submit the"
                + " job again."));
  }

  static TroubleException unreadable(Path path, IOException error) {
    return new TroubleException(
        Trouble.machine(
            "%s cannot be read: %s.".formatted(path, error.getClass().getSimpleName()),
            "Check the disk of this machine and who may read it."),
        error);
  }
}
