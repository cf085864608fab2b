package baton.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * When real machines came and went. Four forms are read, told apart by their first line:
 *
 * <ul>
 *   <li>{@code milliseconds,add|remove,node}: nodes of an autoscaling group;
 *   <li>{@code date, time, live instances}: a count, in any order of rows;
 *   <li>{@code hours,live instances}: a step curve;
 *   <li>{@code date,observed_hours,…}: lengths of sessions, one after another.
 * </ul>
 */
public final class Trace {
  /** The gap between sessions, and between two rounds of a trace, which traces do not contain. */
  private static final Duration BETWEEN_SESSIONS = Duration.ofMinutes(10);

  private Trace() {}

  /** A machine came, or was taken away. */
  public record Change(Duration at, boolean comes, String node) {}

  /**
   * Reads a trace.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException with a sentence that names the line which cannot be understood
   */
  public static List<Change> read(Path file) throws IOException {
    List<String> lines =
        Files.readAllLines(file).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(file.getFileName() + " is empty");
    }
    String[] first = lines.get(0).split(",");
    int n = 1;
    List<Change> changes = new ArrayList<>();
    TreeMap<Duration, Integer> counts = new TreeMap<>();
    Duration end = Duration.ZERO;
    try {
      for (String line : lines) {
        String[] cells = line.split(",");
        if (first[0].equals("date")) {
          if (n > 1) {
            end = addSession(changes, cells, n, end);
          }
        } else if (first.length == 2) {
          counts.put(hours(cells[0]), Integer.parseInt(cells[1].strip()));
        } else if (first[0].contains("-")) {
          counts.put(since(first, cells), Integer.parseInt(cells[2].strip()));
        } else {
          changes.add(node(cells));
        }
        n++;
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException | DateTimeParseException e) {
      throw new IllegalArgumentException(
          "line %d of %s is not understood: %s".formatted(n, file.getFileName(), lines.get(n - 1)));
    }
    changes.addAll(changesOf(counts));
    changes.sort(Comparator.comparing(Change::at));
    return changes;
  }

  static List<String> machines(List<Change> trace) {
    return trace.stream().map(Change::node).distinct().toList();
  }

  /**
   * Plays a trace in a world that has a machine for each node. When the trace ends, all machines
   * are taken away and it starts again, for as long as the world goes on.
   */
  static void replay(List<Change> trace, World world) {
    Map<String, SimulatedProcess> byName =
        world.workers().stream().collect(Collectors.toMap(w -> w.machine.name(), w -> w));
    Duration last = Duration.ZERO;
    for (Change change : trace) {
      SimulatedProcess worker = byName.get(change.node());
      world.agenda.after(change.at(), change.comes() ? worker::boot : worker::die);
      last = change.at();
    }
    world.agenda.after(
        last.plus(BETWEEN_SESSIONS),
        () -> {
          byName.values().forEach(SimulatedProcess::die);
          replay(trace, world);
        });
  }

  private static Change node(String[] cells) {
    boolean comes = cells[1].strip().equals("add");
    if (!comes && !cells[1].strip().equals("remove")) {
      throw new NumberFormatException();
    }
    return new Change(Duration.ofMillis(Long.parseLong(cells[0].strip())), comes, cells[2].strip());
  }

  private static Duration hours(String cell) {
    return Duration.ofSeconds((long) (Double.parseDouble(cell.strip()) * 3_600));
  }

  private static Duration since(String[] first, String[] cells) {
    Duration time = Duration.between(instant(first), instant(cells));
    return time.isNegative() ? Duration.ZERO : time;
  }

  private static LocalDateTime instant(String[] cells) {
    return LocalDateTime.of(LocalDate.parse(cells[0].strip()), LocalTime.parse(cells[1].strip()));
  }

  private static Duration addSession(List<Change> changes, String[] cells, int n, Duration begin) {
    Duration end = begin.plus(hours(cells[1]));
    changes.add(new Change(begin, true, "session-" + (n - 1)));
    changes.add(new Change(end, false, "session-" + (n - 1)));
    return end.plus(BETWEEN_SESSIONS);
  }

  /** The machines behind a series of counts: the machine that came last goes first. */
  private static List<Change> changesOf(TreeMap<Duration, Integer> counts) {
    List<Change> changes = new ArrayList<>();
    int live = 0;
    for (Map.Entry<Duration, Integer> count : counts.entrySet()) {
      for (; live < count.getValue(); live++) {
        changes.add(new Change(count.getKey(), true, "node-" + live));
      }
      for (; live > count.getValue(); live--) {
        changes.add(new Change(count.getKey(), false, "node-" + (live - 1)));
      }
    }
    return changes;
  }
}
