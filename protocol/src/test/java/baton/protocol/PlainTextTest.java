package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        0x00, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9d, 0x9f,
        0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069
      })
  void whatCouldForgeALineOrMoveACursorBecomesASpace(int harmful) {
    assertThat(PlainText.of("a" + Character.toString(harmful) + "b")).isEqualTo("a b");
  }

  @Test
  void aRunBecomesOneSpace() {
    assertThat(PlainText.of("red\u001b[31m\r\n\u202eline")).isEqualTo("red [31m line");
  }

  @Test
  void peoplesWordsStayAsTheyAre() {
    String words = "Größe 5 – 日本語 עברית می\u200cخواهم 👩\u200d💻";

    assertThat(PlainText.of(words)).isSameAs(words);
  }
}
