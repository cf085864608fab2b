package baton.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of commands in a help page: in groups, each command with one sentence. */
final class CommandGroups {
  private static final int INDENT = 2;
  private static final int NAMES = 15;

  private final List<Group> groups;

  /** Commands that belong together, in the order in which they are listed. */
  record Group(String title, List<String> commands) {
    static Group of(String title, String... commands) {
      return new Group(title, List.of(commands));
    }
  }

  CommandGroups(List<Group> groups) {
    this.groups = List.copyOf(groups);
  }

  /** Makes the help of {@code line} list its commands like this. */
  CommandLine shownBy(CommandLine line) {
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, this::list);
    return line;
  }

  private String list(Help help) {
    return groups.stream().map(group -> list(help, group)).collect(Collectors.joining());
  }

  private static String list(Help help, Group group) {
    int width = help.commandSpec().usageMessage().width();
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(NAMES, INDENT, Overflow.SPAN),
            new Column(width - NAMES, 0, Overflow.WRAP));
    Map<String, Help> commands = help.subcommands();
    for (String name : group.commands()) {
      table.addRowValues(
          help.colorScheme().commandText(name),
          Ansi.OFF.text(sentence(commands.get(name).commandSpec().usageMessage().description())));
    }
    return "%n%s:%n%s".formatted(group.title(), table);
  }

  /** The first sentence of a description, which may span several lines. */
  private static String sentence(String[] description) {
    String text = String.join(" ", description);
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }
}
