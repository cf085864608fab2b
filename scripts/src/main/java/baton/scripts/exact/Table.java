package baton.scripts.exact;

import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.List;

/** The rows as people read them: what must be identical first, then what must differ. */
final class Table {
  private static final int SHOWN_OF_DIGEST = 16;
  private static final String FORM = "%-22s %7s %5s %9s  %-16s  %-16s  %s";

  private Table() {}

  static List<String> of(List<Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(head("identical?"));
    rows.stream()
        .filter(row -> !row.isControl())
        .forEach(row -> lines.add(line(row, row.program(), row.isIdentical() ? "yes" : "NO")));
    List<Row> controls = rows.stream().filter(Row::isControl).toList();
    if (!controls.isEmpty()) {
      lines.add("");
      lines.add("Broken on purpose, these must differ:");
    }
    for (Row row : controls) {
      String title = row.program() + ", " + row.control().orElseThrow().sabotage().title();
      lines.add(line(row, title, row.isIdentical() ? "THE SAME" : "differs"));
    }
    return lines;
  }

  private static String head(String last) {
    return FORM.formatted("program", "threads", "cuts", "mid-epoch", "unbroken", "relayed", last);
  }

  private static String line(Row row, String title, String last) {
    boolean isLong = title.length() > 22;
    String line =
        FORM.formatted(
            isLong ? "" : title,
            row.threads(),
            row.cuts(),
            row.midEpoch(),
            shown(row.unbroken()),
            shown(row.relayed()),
            last);
    return isLong ? title + "\n" + line : line;
  }

  private static String shown(Sha256 digest) {
    return digest.toString().substring(0, SHOWN_OF_DIGEST);
  }
}
