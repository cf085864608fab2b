package baton.protocol.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not safetensors, or not complete; the message names the file and what is wrong. */
public final class SafetensorsException extends IOException {
  private static final long serialVersionUID = 1L;

  SafetensorsException(Path file, String why, Throwable cause) {
    super(file.getFileName() + " is not a sound safetensors file: " + why, cause);
  }

  SafetensorsException(Path file, String why) {
    this(file, why, null);
  }
}
