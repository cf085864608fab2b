package baton.proofs.exact;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The verdict that the rows lead to. */
record ExactVerdict(List<Row> rows) {
  ExactVerdict {
    rows = List.copyOf(rows);
  }

  boolean isOk() {
    return failures().isEmpty();
  }

  /** The last line of the output. */
  String line() {
    List<String> failures = failures();
    if (!failures.isEmpty()) {
      return "EXACT FAILED " + String.join("; ", failures);
    }
    List<Row> relays = rows.stream().filter(row -> !row.isControl()).toList();
    return "EXACT OK programs=%d cuts=%d identical=%d"
        .formatted(
            relays.stream().map(Row::program).distinct().count(),
            relays.stream().mapToInt(Row::cuts).sum(),
            relays.size());
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (Row row : rows) {
      if (!row.isControl() && !row.isIdentical()) {
        failures.add("%s differs on %d threads".formatted(row.program(), row.threads()));
      } else if (!row.isControl() && row.stepsWithin() && row.midEpoch() == 0) {
        failures.add(unproven(row, "within an epoch"));
      } else if (!row.isControl() && row.epochEnd() == 0) {
        failures.add(unproven(row, "at an epoch's end"));
      }
    }
    controls()
        .forEach(
            (program, controls) -> {
              if (controls.stream().anyMatch(ExactVerdict::isBlind)
                  || controls.stream().allMatch(Row::isIdentical)) {
                failures.add(
                    program + " is the same when it is broken on purpose, so this proves nothing");
              }
            });
    if (rows.stream().allMatch(Row::isControl)) {
      failures.add("nothing was compared");
    }
    return failures;
  }

  private static String unproven(Row row, String where) {
    return "%s on %d threads never went on from a checkpoint %s, so that is not proven"
        .formatted(row.program(), row.threads(), where);
  }

  private static boolean isBlind(Row row) {
    return row.isIdentical() && row.control().orElseThrow().mustDiffer();
  }

  private Map<String, List<Row>> controls() {
    return rows.stream()
        .filter(Row::isControl)
        .collect(Collectors.groupingBy(Row::program, TreeMap::new, Collectors.toList()));
  }
}
