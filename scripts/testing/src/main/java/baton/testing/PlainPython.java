package baton.testing;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;

/**
 * Checks for a plain {@code python3} that is new enough; without it tests are skipped with a
 * message.
 */
public final class PlainPython {
  private PlainPython() {}

  public static void assume(String test) {
    String check = "import sys; sys.exit(sys.version_info < (3, 9))";
    boolean there;
    try {
      there = new ProcessBuilder("python3", "-c", check).start().waitFor() == 0;
    } catch (IOException e) {
      there = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      there = false;
    }
    if (!there) {
      System.out.println("SKIPPED " + test + ": it needs Python 3.9 or newer as python3");
    }
    Assumptions.assumeTrue(there);
  }
}
