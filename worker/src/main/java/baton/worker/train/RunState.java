package baton.worker.train;

import baton.protocol.Json;
import baton.protocol.Position;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The scalars of a run, as {@code state.json} holds them; the same state gives the same bytes.
 *
 * @param format the version of this form
 * @param programVersion see {@link Recipe#version()}
 * @param updates the optimizer's counter
 * @param lossSum of the current epoch, or of the last one at its end, weighted by examples; as
 *     {@link Double#toHexString} has it, since JDK 19 changed how decimals are written
 */
record RunState(
    int format,
    String program,
    int programVersion,
    Position position,
    long updates,
    String lossSum) {
  static final String FILE = "state.json";
  private static final int FORMAT = 1;

  RunState(String program, int programVersion, Position position, long updates, double lossSum) {
    this(FORMAT, program, programVersion, position, updates, Double.toHexString(lossSum));
  }

  double lossSumValue() {
    return Double.parseDouble(lossSum);
  }

  /**
   * @throws TroubleException of kind PROGRAM if this is not the state of that program there
   */
  void requireFit(String wantedProgram, int wantedVersion, Position wantedPosition)
      throws TroubleException {
    if (format != FORMAT) {
      throw Tensors.misfit(
          "The form of %s is %d, and this worker knows %d.".formatted(FILE, format, FORMAT));
    }
    if (!program.equals(wantedProgram) || programVersion != wantedVersion) {
      throw Tensors.misfit(
          "The checkpoint is of the program %s, version %d, and this worker has %s, version %d."
              .formatted(program, programVersion, wantedProgram, wantedVersion));
    }
    if (!position.equals(wantedPosition)) {
      throw Tensors.misfit(
          "The checkpoint's state is at %s, not at %s.".formatted(position, wantedPosition));
    }
  }

  void write(Path folder) throws IOException {
    Files.writeString(folder.resolve(FILE), Json.writer().writeValueAsString(this) + "\n");
  }

  static RunState read(Path folder) throws IOException {
    String json = Files.readString(folder.resolve(FILE), StandardCharsets.UTF_8);
    return Json.readerFor(RunState.class).readValue(json);
  }
}
