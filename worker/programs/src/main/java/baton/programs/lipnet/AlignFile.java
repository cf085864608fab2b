package baton.programs.lipnet;

import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A transcript in GRID's format: a line for each word, with its start and end times, such as {@code
 * 23750 29500 bin}; {@code sil} and {@code sp} are silence. The network learns the times by itself,
 * so only the words count.
 */
final class AlignFile {
  private static final Set<String> SILENCE = Set.of("sil", "sp");

  private AlignFile() {}

  static String transcript(Path file) throws TroubleException {
    List<String> words = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] columns = line.strip().split("\\s+");
      String word = columns[columns.length - 1].toLowerCase(Locale.ROOT);
      if (columns.length != 3 || !Alphabet.spells(word)) {
        throw ClipFolder.unfit(
            "Line %d of %s is not of the form \"begin end word\" with a word of a to z."
                .formatted(number, file));
      }
      if (!SILENCE.contains(word)) {
        words.add(word);
      }
    }
    if (words.isEmpty()) {
      throw ClipFolder.unfit("Nothing is said in %s.".formatted(file));
    }
    return String.join(" ", words);
  }

  private static List<String> lines(Path file) throws TroubleException {
    try {
      // Every byte is a character here, so that a bad word is reported with its line.
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw ClipFolder.unreadable(file, e);
    }
  }
}
