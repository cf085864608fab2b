package baton.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fact {@code files} of a numeric profile: what a script read before its first batch, as JSON,
 * a hash by each file's name; or one hash over all of it, where it is too long.
 */
final class FilesRead {
  private static final int MOST_NAMED = 3;
  private static final String NONE = "{}";
  private static final TypeReference<TreeMap<String, String>> HASHES = new TypeReference<>() {};

  private FilesRead() {}

  /**
   * Whether two starts of a script differ by what they read. A file that only one of them has read
   * is no difference yet: it may be a cache, or a note of the script's own that is there since its
   * last life. If each has read one that the other has not, one may stand in the place of the
   * other.
   */
  static boolean differ(String before, String after) {
    if (before.equals(after) || before.equals(NONE) || after.equals(NONE)) {
      return false;
    }
    Optional<Map<String, String>> one = hashes(before);
    Optional<Map<String, String>> other = hashes(after);
    return one.isEmpty() || other.isEmpty() || differ(one.get(), other.get());
  }

  private static boolean differ(Map<String, String> one, Map<String, String> other) {
    boolean isChanged =
        one.entrySet().stream()
            .filter(file -> other.containsKey(file.getKey()))
            .anyMatch(file -> !file.getValue().equals(other.get(file.getKey())));
    boolean isMore = other.keySet().containsAll(one.keySet());
    boolean isLess = one.keySet().containsAll(other.keySet());
    return !isMore && !isLess || isChanged;
  }

  /**
   * What is known of the files of two starts; where both have read one, that of the first. Beyond
   * {@code longest} characters the second adds nothing.
   */
  static String together(String first, String second, int longest) {
    Optional<Map<String, String>> one = hashes(first);
    Optional<Map<String, String>> other = hashes(second);
    if (one.isEmpty() || other.isEmpty()) {
      return first;
    }
    Map<String, String> all = new TreeMap<>(other.get());
    all.putAll(one.get());
    try {
      String text = Json.writer().writeValueAsString(all);
      return all.equals(one.get()) || text.length() > longest ? first : text;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts by name are always JSON", e);
    }
  }

  /** Which files differ, such as {@code another file: config.yaml}. */
  static String difference(String before, String after) {
    Optional<Map<String, String>> one = hashes(before);
    Optional<Map<String, String>> other = hashes(after);
    if (one.isEmpty() || other.isEmpty()) {
      return "other files were read before the first batch, too many to name";
    }
    List<String> changed = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    one.get()
        .forEach(
            (name, hash) -> {
              String now = other.get().get(name);
              if (now == null) {
                gone.add(name);
              } else if (!now.equals(hash)) {
                changed.add(name);
              }
            });
    List<String> added =
        other.get().keySet().stream().filter(name -> !one.get().containsKey(name)).toList();
    List<String> told = new ArrayList<>();
    tell(told, changed.size() == 1 ? "another file" : "other files", changed);
    tell(told, "read only now", added);
    tell(told, "no longer read", gone);
    return String.join("; ", told);
  }

  private static void tell(List<String> told, String what, List<String> names) {
    if (!names.isEmpty()) {
      int more = names.size() - MOST_NAMED;
      String first = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
      told.add(what + ": " + first + (more > 0 ? " and " + more + " more" : ""));
    }
  }

  private static Optional<Map<String, String>> hashes(String fact) {
    try {
      return Optional.of(Json.readerFor(TreeMap.class).forType(HASHES).readValue(fact));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
