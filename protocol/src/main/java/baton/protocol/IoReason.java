package baton.protocol;

import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Why an operation on a file or a connection failed, in a few words for people, without the path.
 */
public final class IoReason {
  private IoReason() {}

  public static String of(Throwable e) {
    if (e instanceof NoSuchFileException && reasonless(e)) {
      return "no such file or directory";
    }
    if (e instanceof AccessDeniedException && reasonless(e)) {
      return "access denied";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    if (e instanceof ConnectException && e.getMessage() == null) {
      return "nothing answers there";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static boolean reasonless(Throwable e) {
    return ((FileSystemException) e).getReason() == null;
  }
}
