package baton.proofs.exact;

import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.List;

/** Formats the rows for people: first those that must be identical, then those that must differ. */
final class Table {
  private static final int SHOWN_OF_DIGEST = 16;
  private static final String FORM = "%%-%ds %%7s %%5s %%9s %%9s  %%-16s  %%-16s  %%s";

  private final String form;

  private Table(List<Row> rows) {
    int longest = rows.stream().mapToInt(row -> title(row).length()).max().orElse(0);
    this.form = FORM.formatted(Math.max("program".length(), longest));
  }

  static List<String> of(List<Row> rows) {
    return new Table(rows).lines(rows);
  }

  private List<String> lines(List<Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(
        form.formatted(
            "program",
            "threads",
            "cuts",
            "mid-epoch",
            "epoch-end",
            "unbroken",
            "relayed",
            "identical?"));
    rows.stream()
        .filter(row -> !row.isControl())
        .forEach(row -> lines.add(line(row, row.isIdentical() ? "yes" : "NO")));
    List<Row> controls = rows.stream().filter(Row::isControl).toList();
    if (!controls.isEmpty()) {
      lines.add("");
      lines.add("Broken on purpose, these must differ:");
      controls.forEach(row -> lines.add(line(row, row.isIdentical() ? "THE SAME" : "differs")));
    }
    return lines;
  }

  private String line(Row row, String last) {
    return form.formatted(
        title(row),
        row.threads(),
        row.cuts(),
        row.midEpoch(),
        row.epochEnd(),
        shown(row.unbroken()),
        shown(row.relayed()),
        last);
  }

  private static String title(Row row) {
    return row.control()
        .map(control -> row.program() + ", " + control.sabotage().title())
        .orElse(row.program());
  }

  private static String shown(Sha256 digest) {
    return digest.toString().substring(0, SHOWN_OF_DIGEST);
  }
}
