package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import baton.worker.train.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridCorpusTest {
  private static final ClipFormat FORMAT = new ClipFormat(40, 8, 16);

  @TempDir Path root;

  @Test
  void heldOutSpeakersAreNotTrainedOn() throws Exception {
    GridFolder.with(root, 4, 3);

    GridCorpus corpus = open();

    assertThat(corpus.trainingClips()).isEqualTo(9);
    assertThat(corpus.heldOutClips()).isEqualTo(3);
    Set<String> speakers = new HashSet<>();
    for (int i = 0; i < 9; i++) {
      speakers.add(corpus.training(i, 0).name().substring(0, 2));
    }
    assertThat(speakers).hasSize(3);
    assertThat(corpus.heldOut(0).name()).endsWith("/clip0");
    assertThat(speakers).doesNotContain(corpus.heldOut(0).name().substring(0, 2));
  }

  @Test
  void whoIsHeldOutDependsOnTheSeedAlone() throws Exception {
    GridFolder.with(root, 5, 1);
    Set<String> strangers = new HashSet<>();

    for (long seed = 1; seed <= 20; seed++) {
      String name = GridCorpus.open(root, FORMAT, 1, 9, new Seeds(seed)).heldOut(0).name();
      assertThat(GridCorpus.open(root, FORMAT, 1, 9, new Seeds(seed)).heldOut(0).name())
          .isEqualTo(name);
      strangers.add(name);
    }

    assertThat(strangers).hasSizeGreaterThan(1);
  }

  @Test
  void aClipIsItsPicturesInTheOrderOfTheirNumbersAndTheWordsOfItsAlignment() throws Exception {
    GridFolder.with(root, 2, 1);

    Clip clip = open().heldOut(0);

    assertThat(clip.transcript()).isEqualTo("bin blue at f two now");
    assertThat(clip.frames()).isEqualTo(40);
    for (int frame = 0; frame < 40; frame++) {
      int shown = Math.min(frame, GridFolder.FRAMES - 1);
      assertThat(clip.pixels()[frame * 128]).isZero();
      assertThat(clip.pixels()[frame * 128 + 15])
          .as("frame %s", frame)
          .isCloseTo(shown / 255f, within(1e-6f));
    }
  }

  @Test
  void anEpochShowsSomeClipsInAMirror() throws Exception {
    GridFolder.with(root, 2, 1);
    GridCorpus corpus = open();
    Set<Boolean> mirrored = new HashSet<>();

    for (int epoch = 0; epoch < 20; epoch++) {
      float[] pixels = corpus.training(0, epoch).pixels();
      boolean left = pixels[20 * 128] > 0;
      mirrored.add(left);
      assertThat(corpus.training(0, epoch).pixels()).isEqualTo(pixels);
    }

    assertThat(mirrored).hasSize(2);
  }

  @Test
  void alignmentsMayLieApart() throws Exception {
    GridFolder.with(root, 2, 2);
    for (String speaker : new String[] {"s1", "s2"}) {
      Path apart = Files.createDirectory(root.resolve(speaker).resolve("align"));
      Files.move(root.resolve(speaker).resolve("clip0.align"), apart.resolve("clip0.align"));
    }

    assertThat(open().trainingClips()).isEqualTo(2);
  }

  @Test
  void fewClipsOfTheStrangersAreSpreadEvenly() throws Exception {
    GridFolder.with(root, 3, 4);

    GridCorpus corpus = GridCorpus.open(root, FORMAT, 2, 2, new Seeds(1));

    assertThat(corpus.heldOutClips()).isEqualTo(2);
    assertThat(corpus.heldOut(0).name().substring(0, 2))
        .isNotEqualTo(corpus.heldOut(1).name().substring(0, 2));
  }

  @Test
  void aFolderThatIsNotThereIsThisMachinesTrouble() {
    assertTrouble(Trouble.Kind.MACHINE, root.resolve("grid"))
        .hasMessage("There is no folder %s with a corpus on this machine.", root.resolve("grid"));
  }

  @Test
  void aClipTooShortForItsTranscriptIsNamedBeforeTraining() throws Exception {
    GridFolder.with(root, 2, 1).add("s2", "swwz3s", 12, "set white with z three soon");

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage(
            "The clip s2/swwz3s has 12 frames, and its transcript \"set white with z three soon\""
                + " takes at least 29.");
  }

  @Test
  void aClipLongerThanTheJobReadsIsNamedWithTheRemedy() throws Exception {
    GridFolder.with(root, 2, 1).add("s1", "long", 41, "bin");

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage("The clip s1/long has 41 frames, and the job reads 40 at most.")
        .extracting(error -> ((TroubleException) error).trouble().remedy())
        .isEqualTo("Submit the job again with frames set to 41 or more.");
  }

  @Test
  void aClipWithoutAnAlignmentIsNamed() throws Exception {
    GridFolder.with(root, 2, 1);
    Files.delete(root.resolve("s1/clip0.align"));

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessageContaining("The clip %s has no alignment", root.resolve("s1/clip0"));
  }

  @Test
  void aLineThatIsNoWordIsNamed() throws Exception {
    GridFolder.with(root, 2, 1);
    Path align = root.resolve("s2/clip0.align");
    Files.writeString(align, "0 10 bin\n10 20 bl\u00fce\n");

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage(
            "Line 2 of %s is not of the form \"begin end word\" with a word of a to z.", align);
  }

  @Test
  void silenceAloneTeachesNothing() throws Exception {
    GridFolder.with(root, 2, 1);
    Files.writeString(root.resolve("s2/clip0.align"), "0 10 sil\n\n");

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage("Nothing is said in %s.", root.resolve("s2/clip0.align"));
  }

  @Test
  void someoneMustBeLeftToLearnFrom() throws Exception {
    GridFolder.with(root, 1, 1);

    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage("The corpus %s has 1 speakers, and 1 are to be held out.", root);
    Files.createDirectory(root.resolve("s2"));
    assertTrouble(Trouble.Kind.PROGRAM, root)
        .hasMessage("The speaker %s has no clips.", root.resolve("s2"));
  }

  @Test
  void aFileThatIsNoPictureIsNamed() throws Exception {
    GridFolder.with(root, 2, 1);
    for (String speaker : new String[] {"s1", "s2"}) {
      Files.writeString(root.resolve(speaker + "/clip0/3.png"), "no picture");
    }
    GridCorpus corpus = open();

    assertThatThrownBy(() -> corpus.training(0, 0))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("3.png is not a picture");
  }

  private GridCorpus open() throws TroubleException {
    return GridCorpus.open(root, FORMAT, 1, 9, new Seeds(3));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertTrouble(
      Trouble.Kind kind, Path folder) {
    return assertThatThrownBy(() -> GridCorpus.open(folder, FORMAT, 1, 9, new Seeds(3)))
        .isInstanceOf(TroubleException.class)
        .satisfies(
            error -> assertThat(((TroubleException) error).trouble().kind()).isEqualTo(kind));
  }
}
