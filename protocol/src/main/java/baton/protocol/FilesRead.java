package baton.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fact {@code files} of a numeric profile: which files a script read before its first batch. It
 * is a JSON object of hashes by file name, or a single hash over that object if the object is too
 * long.
 */
final class FilesRead {
  private static final int MOST_NAMED = 3;
  private static final String NONE = "{}";
  private static final TypeReference<TreeMap<String, String>> HASHES = new TypeReference<>() {};

  private FilesRead() {}

  /**
   * Whether two starts of a script read different files. A file that only one of them read is no
   * difference by itself: it may be a cache, or something that the script itself wrote last time.
   * If each read a file that the other did not, one file may have replaced the other, so they
   * differ.
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
   * The files of two starts together; for a file that both read, the hash of the first. Only the
   * files of the first if together they are longer than {@code longest} characters.
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
    List<String> parts = new ArrayList<>();
    addPart(parts, changed.size() == 1 ? "another file" : "other files", changed);
    addPart(parts, "read only now", added);
    addPart(parts, "no longer read", gone);
    return String.join("; ", parts);
  }

  private static void addPart(List<String> parts, String what, List<String> names) {
    if (!names.isEmpty()) {
      int more = names.size() - MOST_NAMED;
      String first = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
      parts.add(what + ": " + first + (more > 0 ? " and " + more + " more" : ""));
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
