package baton.worker.data;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.IoReason;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The failures of data, with messages and remedies for people. */
final class DataFailures {
  private static final int LONGEST = 300;
  private static final double MB = 1e6;

  private DataFailures() {}

  static TroubleException unreachable(DataFile file, String why) {
    return new TroubleException(
        Trouble.machine(
            "The file %s of the job's data cannot be read from %s: %s."
                .formatted(
                    file.path(), brief(file.source().text()), brief(why).replaceFirst("\\.$", "")),
            remedy(file.source())));
  }

  private static String remedy(DataSource source) {
    if (source instanceof DataSource.Directory) {
      return "Mount that directory on this machine, or put the data where every worker reads it.";
    }
    if (source instanceof DataSource.DriveFile) {
      return "With the scope drive.file Baton sees only what it has put into Drive itself, and not"
          + " what was uploaded by hand: put the folder there with 'baton data put', with the"
          + " account and the OAuth client of the workers.";
    }
    return "Check the address, and that this machine reaches it.";
  }

  static TroubleException wrongBytes(DataFile file) {
    return new TroubleException(
        Trouble.machine(
            "The file %s of the job's data has another sha256 than the job names, in two fresh copies from %s."
                .formatted(file.path(), brief(file.source().text())),
            "Somebody has replaced it: upload the data again, and submit a job that names it."));
  }

  static TroubleException unsound(DataFile file, String why) {
    return new TroubleException(
        Trouble.program(
            "The archive %s of the job's data is not unpacked: %s."
                .formatted(file.path(), brief(why)),
            "Pack it again with 'baton data put', and submit a job that names that."));
  }

  static TroubleException tooLarge(Data data, long needed, long most) {
    return new TroubleException(
        Trouble.machine(
            "The data %s needs %s on this machine, and its cache may hold %s."
                .formatted(data.name(), megabytes(needed), megabytes(most)),
            "Start the worker with a larger --cache-bytes."));
  }

  static TroubleException cacheInUse(Data data, long needed, long most) {
    return new TroubleException(
        Trouble.machine(
            "The data %s needs %s, and the rest of this machine's cache of %s is in use by other workers."
                .formatted(data.name(), megabytes(needed), megabytes(most)),
            "Start the worker with a larger --cache-bytes, or with a --cache-dir of its own."));
  }

  static TroubleException disk(Path where, IOException e) {
    return new TroubleException(
        Trouble.machine(
            "This machine could not keep the job's data on its disk at %s: %s."
                .formatted(where, IoReason.of(e)),
            "Make room there, or give the worker another --cache-dir."),
        e);
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / MB);
  }

  private static String brief(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
