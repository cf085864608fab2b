package baton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** What a person reads who asks for help, or mistypes. */
class BatonMainTest {
  private static final Pattern LISTED = Pattern.compile("(?m)^  ([a-z]\\S+) +\\S");
  private static final Pattern STARTED = Pattern.compile("(?m)^  ([a-z][a-z |]*)\\)$");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      BatonMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

  @Test
  void theHelpListsEachCommandOnce() {
    assertThat(line.execute("--help")).isZero();

    List<String> listed = all(LISTED, out.toString());
    assertThat(listed)
        .startsWith("coordinator", "worker")
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(line.getSubcommands().keySet());
  }

  @Test
  void theHelpHasWholeSentencesInEightyColumns() {
    line.execute("--help");

    assertThat(out.toString().lines()).allMatch(text -> text.length() <= 80);
    String commands = out.toString().replaceAll("\\s+", " ");
    assertThat(commands)
        .contains("drill Trains a short run unbroken, and once more with workers that are killed")
        .contains("and if not, what differs first. python-path");
    assertThat(all(Pattern.compile("(?m)(\\S)\\n(?:\\n|  [a-z])"), afterOptions()))
        .allMatch(end -> end.equals(".") || end.equals(":"));
  }

  private String afterOptions() {
    return out.toString().substring(out.toString().indexOf("Run Baton:"));
  }

  @Test
  void whoMistypesACommandIsToldWhichOneWasMeant() {
    assertThat(line.execute("sumbit", "digits")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString())
        .isEqualTo(
            """
            There is no command 'baton sumbit'. Did you mean submit?
            'baton --help' tells what there is.
            """);
  }

  @Test
  void aCommandThatAnotherProgramHasIsGuessedToo() {
    line.execute("wroker");

    assertThat(err.toString())
        .startsWith("There is no command 'baton wroker'. Did you mean worker");
  }

  @Test
  void aCommandLikeNoOtherIsNotGuessed() {
    line.execute("frobnicate");

    assertThat(err.toString())
        .startsWith("There is no command 'baton frobnicate'.\n'baton --help'");
  }

  @Test
  void whoMistypesAnOptionIsToldWhichOneWasMeant() {
    assertThat(line.execute("submit", "digits", "--epochs", "3", "--sed", "1"))
        .isEqualTo(ExitCode.USAGE);

    assertThat(err.toString())
        .isEqualTo(
            """
            'baton submit' has no option '--sed'. Did you mean --seed?
            'baton submit --help' tells what there is.
            """);
  }

  @Test
  void aMistypedOptionIsToldBeforeTheOneThatIsMissingForIt() {
    line.execute("submit", "digits", "--epoch=3");

    assertThat(err.toString())
        .startsWith("'baton submit' has no option '--epoch'. Did you mean --epochs?");
  }

  @Test
  void whoTypesNothingSeesTheHelp() {
    assertThat(line.execute()).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("Usage: baton", "worker", "submit");
  }

  @Test
  void theLauncherStartsWhatIsOnlyListedHere() throws IOException {
    List<String> started = new ArrayList<>();
    for (String pattern : all(STARTED, Files.readString(Path.of("..", "baton")))) {
      started.addAll(List.of(pattern.split(" \\| ")));
    }
    List<String> onlyListed =
        line.getSubcommands().entrySet().stream()
            .filter(command -> command.getValue().getCommand() instanceof BatonMain.Elsewhere)
            .map(command -> command.getKey())
            .toList();

    assertThat(started).containsExactlyInAnyOrderElementsOf(onlyListed);
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }
}
