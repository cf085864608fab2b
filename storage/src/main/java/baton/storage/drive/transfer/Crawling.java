package baton.storage.drive.transfer;

import java.io.IOException;

/** An upload session is far slower than usual; some of Google's sessions stay slow to their end. */
final class Crawling extends IOException {
  private static final long serialVersionUID = 1L;

  Crawling() {
    super("slow session");
  }
}
