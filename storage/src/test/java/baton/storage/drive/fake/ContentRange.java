package baton.storage.drive.fake;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The range of bytes that a chunk says it is. */
record ContentRange(long first, long last, long total) {
  private static final Pattern FORM = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  static ContentRange parse(String header) {
    Matcher range = FORM.matcher(header);
    if (!range.matches()) {
      throw DriveError.invalid("Failed to parse Content-Range header.");
    }
    return new ContentRange(
        Long.parseLong(range.group(1)),
        Long.parseLong(range.group(2)),
        Long.parseLong(range.group(3)));
  }

  /** What a body is that comes without a word about its place. */
  static ContentRange whole(long total) {
    return new ContentRange(0, total - 1, total);
  }

  long length() {
    return last - first + 1;
  }

  boolean isLast() {
    return last + 1 == total;
  }
}
