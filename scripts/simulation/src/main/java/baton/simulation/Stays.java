package baton.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The sessions that there were, or would have been if each had lasted to its end. */
final class Stays {
  private final Map<String, List<Duration>> lengths = new TreeMap<>();
  private final Map<String, Duration> present = new TreeMap<>();
  private final List<Oracle.Stay> played = new ArrayList<>();

  /**
   * A machine was started.
   *
   * @param lasts how long until it is killed or ends, if that is drawn; otherwise a trace ends it
   */
  void began(String machine, Optional<Duration> lasts, Duration now) {
    lasts.ifPresentOrElse(
        length -> lengths.computeIfAbsent(machine, name -> new ArrayList<>()).add(length),
        () -> present.put(machine, now));
  }

  void ended(String machine, Duration now) {
    Duration from = present.remove(machine);
    if (from != null) {
      played.add(new Oracle.Stay(from, Optional.of(now)));
    }
  }

  /**
   * All sessions.
   *
   * @param pause until a person starts the next session of a machine
   */
  List<Oracle.Stay> all(Duration pause) {
    List<Oracle.Stay> all = new ArrayList<>(played);
    present.values().forEach(from -> all.add(new Oracle.Stay(from, Optional.empty())));
    lengths.values().forEach(each -> all.addAll(Oracle.oneAfterTheOther(each, pause)));
    return all;
  }
}
