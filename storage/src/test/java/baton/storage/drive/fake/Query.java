package baton.storage.drive.fake;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code q} of a list: the clauses that Baton uses, joined by {@code and}. */
final class Query {
  private static final Pattern CLAUSE =
      Pattern.compile(
          "\\s*(?:"
              + (quoted("parent") + "\\s+in\\s+parents")
              + ("|name\\s*=\\s*" + quoted("name"))
              + ("|mimeType\\s*(?<op>!?=)\\s*" + quoted("type"))
              + "|trashed\\s*=\\s*(?<trashed>true|false)"
              + ("|appProperties\\s+has\\s+\\{\\s*key\\s*=\\s*" + quoted("key"))
              + ("\\s+and\\s+value\\s*=\\s*" + quoted("value") + "\\s*\\}")
              + ")\\s*");
  private static final Pattern AND = Pattern.compile("and\\b");

  private Query() {}

  private static String quoted(String group) {
    return "'(?<" + group + ">(?:[^'\\\\]|\\\\.)*)'";
  }

  static Predicate<StoredFile> parse(String text, FakeFiles files) {
    Predicate<StoredFile> all = file -> true;
    Matcher clause = CLAUSE.matcher(text);
    Matcher and = AND.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!clause.region(at, text.length()).lookingAt()) {
        throw DriveError.invalid("Invalid Value");
      }
      all = all.and(predicate(clause, files));
      at = clause.end();
      if (at < text.length()) {
        if (!and.region(at, text.length()).lookingAt()) {
          throw DriveError.invalid("Invalid Value");
        }
        at = and.end();
      }
    }
    return all;
  }

  private static Predicate<StoredFile> predicate(Matcher clause, FakeFiles files) {
    if (clause.group("parent") != null) {
      String id = FakeFiles.folder(text(clause, "parent"));
      return file -> file.parent().equals(id);
    }
    if (clause.group("name") != null) {
      String name = text(clause, "name");
      return file -> file.name().equals(name);
    }
    if (clause.group("type") != null) {
      String type = text(clause, "type");
      boolean same = clause.group("op").equals("=");
      return file -> file.mimeType().equals(type) == same;
    }
    if (clause.group("trashed") != null) {
      boolean wanted = clause.group("trashed").equals("true");
      return file -> files.inTrash(file) == wanted;
    }
    String key = text(clause, "key");
    String value = text(clause, "value");
    return file -> value.equals(file.appProperties().get(key));
  }

  private static String text(Matcher clause, String group) {
    return clause.group(group).replaceAll("\\\\(.)", "$1");
  }
}
