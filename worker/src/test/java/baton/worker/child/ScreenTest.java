package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files beside it are what tqdm 4.67 and Keras 3.15 wrote into a pipe, byte for byte. */
class ScreenTest {
  private final List<String> lines = new ArrayList<>();
  private final List<String> frames = new ArrayList<>();
  private final Screen screen = new Screen(lines::add);

  private void prints(String text) {
    text.chars().forEach(c -> screen.write((char) c));
  }

  /** Looks after each character, as nobody else does. */
  private void printsWatched(String text) {
    for (char c : text.toCharArray()) {
      screen.write(c);
      String bars = screen.bars();
      if (frames.isEmpty() || !frames.get(frames.size() - 1).equals(bars)) {
        frames.add(bars);
      }
    }
  }

  private static String recorded(String name) throws IOException {
    try (var in = ScreenTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void linesAreToldWhenTheyAreWholeWithAnyLineEnd() {
    prints("one\ntwo\r\n\n\r\nthree");
    assertThat(lines).containsExactly("one", "two");
    screen.end();
    assertThat(lines).containsExactly("one", "two", "three");
    assertThat(screen.bars()).isEmpty();
  }

  @Test
  void aBarIsOneLineAsItStoodAtItsEnd() throws IOException {
    printsWatched(recorded("tqdm-single.txt"));
    assertThat(lines).containsExactly("epoch: 100%|████| 3/3", "done");
    assertThat(frames).contains("epoch:  33%|█▎  | 1/3", "epoch:  67%|██▋ | 2/3").endsWith("");
  }

  @Test
  void ofNestedBarsTheInnerOnesAreNoLines() throws IOException {
    printsWatched(recorded("tqdm-nested.txt"));
    assertThat(lines).containsExactly("outer:   0%|    | 0/2", "outer: 100%|████| 2/2", "done");
    assertThat(frames)
        .contains("outer:  50%|██  | 1/2  inner:  50%|██  | 1/2", "outer:  50%|██  | 1/2")
        .endsWith("");
  }

  @Test
  void nestedBarsThatStayAreALineEach() throws IOException {
    prints(recorded("tqdm-nested-leave.txt"));
    assertThat(lines)
        .containsExactly(
            "outer:   0%|    | 0/2",
            "inner: 100%|████| 2/2", "inner: 100%|████| 2/2", "outer: 100%|████| 2/2", "done");
  }

  @Test
  void threeNestedBarsAreToldAsTwo() throws IOException {
    prints(recorded("tqdm-three.txt"));
    assertThat(lines).containsExactly("a:   0%|    | 0/2", "a: 100%|████| 2/2", "done");
  }

  @Test
  void linesThatAreWrittenAboveBarsAreToldAtOnceAndInOrder() throws IOException {
    prints(recorded("tqdm-write.txt"));
    assertThat(lines)
        .containsExactly(
            "outer:   0%|    | 0/2",
            "loss 00", "loss 01", "loss 10", "loss 11", "outer: 100%|████| 2/2", "done");
  }

  @Test
  void kerasOverwritesWithBackspacesAndColours() throws IOException {
    printsWatched(recorded("keras-fit.txt"));
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith("3/3 ━━━").contains("loss: ").doesNotContain("1/3");
    assertThat(frames).anyMatch(frame -> frame.startsWith("1/3 ━━━"));
  }

  @Test
  void aShorterFrameLeavesNothingOfALongerOne() {
    prints("\rloading the corpus\rready\n");
    assertThat(lines).containsExactly("ready");
  }

  @Test
  void aSpinnerIsABar() {
    prints("waits |\b/\b-");
    assertThat(screen.bars()).isEqualTo("waits -");
    assertThat(lines).isEmpty();
  }

  @Test
  void aBarThatIsErasedIsGone() {
    prints("\r10 %\r20 %\r\u001b[K");
    screen.end();
    assertThat(lines).isEmpty();
    assertThat(screen.bars()).isEmpty();
  }

  @Test
  void whatStandsWhenTheChildEndsIsItsLastLine() {
    prints("\r10 %\r20 %");
    screen.end();
    assertThat(lines).containsExactly("20 %");
  }

  @ParameterizedTest
  @CsvSource({
    "'\u001b[31mred\u001b[0m', red",
    "'\u001b]0;a title\u0007text', text",
    "'\u001b]8;;http://x\u001b\\link', link",
    "'\u001b(Bplain', plain",
    "'\u001b[2J\u001b[Htop', top",
    "'\u001b[?25lhidden\u001b[?25h', hidden",
    "'a\u0000b\u0007c', a?b?c",
    "'a\u202eb\u2028c', a?b?c"
  })
  void controlSequencesDoNothingToWhoReadsTheLog(String printed, String told) {
    prints(printed + "\n");
    assertThat(lines).containsExactly(told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u001b[9999999999A", "\u001b[", "\u001b]never ended", "\u001bP\u001b"})
  void sequencesThatAreCutOrMonstrousSwallowNoLineAfterThem(String printed) {
    prints(printed + "\nnext\n");
    assertThat(lines).endsWith("next");
  }

  @Test
  void aStringThatNeverEndsSwallowsOnlySoMuch() {
    prints("\u001b]" + "x".repeat(10_000) + "\n");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).hasSize(400);
  }

  @Test
  void aHundredThousandRowsOfBarsTakeNoMoreRoomThanAFew() {
    for (int i = 0; i < 100_000; i++) {
      prints("\r" + i + "\n\r" + i + " below\u001b[A\n");
    }
    screen.end();
    assertThat(new TreeSet<>(lines)).hasSizeGreaterThan(1);
    assertThat(screen.bars().length()).isLessThan(16 * 402);
  }
}
