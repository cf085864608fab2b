package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class CommandWordsTest {
  @Test
  void spacesPartWordsAndQuotesKeepThemTogether() {
    assertThat(CommandWords.of(" python  train.py --name 'my run' \"it's\" a\\ b '' "))
        .containsExactly("python", "train.py", "--name", "my run", "it's", "a b", "");
  }

  @Test
  void whatAShellWouldExpandStaysAsItIs() {
    assertThat(CommandWords.of("run $HOME;rm *")).containsExactly("run", "$HOME;rm", "*");
  }

  @Test
  void anOpenQuoteIsRefused() {
    assertThatThrownBy(() -> CommandWords.of("python 'train.py"))
        .hasMessage("The command python 'train.py lacks a closing '");
  }

  @Test
  void aProgramIsItsNameAndItsCommand() {
    ChildProgram program =
        ChildProgram.parse("digits=python train.py --lr=1", Path.of("x"), name -> null);
    assertThat(program.name()).isEqualTo("digits");
  }

  @Test
  void aProgramWithoutACommandIsRefusedWithAnExample() {
    for (String bad : new String[] {"python train.py", "=python", "digits="}) {
      assertThatThrownBy(() -> ChildProgram.parse(bad, Path.of("x"), name -> null))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("NAME='python train.py'");
    }
  }
}
