package baton.worker.train;

import baton.protocol.Json;
import baton.protocol.Position;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The scalars of a run, as stored in {@code state.json}; the same state gives the same bytes.
 * Floating-point numbers are written by {@link Double#toHexString}, since JDK 19 changed how
 * decimals are written.
 *
 * @param format the version of this format
 * @param programVersion see {@link MultiNetworkRecipe#version()}
 * @param updates the optimizers' counter
 * @param lossSums the loss sums of the current epoch, or at its end of the last one, weighted by
 *     examples; by the names of their metrics
 * @param best empty before the first evaluation
 * @param own the numbers of {@link OwnState}
 */
record RunState(
    int format,
    String program,
    int programVersion,
    Position position,
    long updates,
    Map<String, String> lossSums,
    Optional<BestText> best,
    Map<String, String> own) {
  static final String FILE = "state.json";
  private static final int FORMAT = 2;

  /** A {@link Best} with its number as a string. */
  record BestText(TrainingGoal goal, String value, int epoch) {
    static BestText of(Best best) {
      return new BestText(best.goal(), Double.toHexString(best.value()), best.epoch());
    }

    Best toBest() {
      return new Best(goal, Double.parseDouble(value), epoch);
    }
  }

  static RunState of(
      String program,
      int programVersion,
      Position position,
      long updates,
      Map<String, Double> lossSums,
      Optional<Best> best,
      Map<String, String> own) {
    Map<String, String> sums = new TreeMap<>();
    lossSums.forEach((name, sum) -> sums.put(name, Double.toHexString(sum)));
    return new RunState(
        FORMAT, program, programVersion, position, updates, sums, best.map(BestText::of), own);
  }

  /**
   * @throws TroubleException of kind PROGRAM if this is not that program's state at that position
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

  String text() throws IOException {
    return Json.writer().writeValueAsString(this) + "\n";
  }

  static RunState read(Path folder) throws IOException {
    String json = Files.readString(folder.resolve(FILE), StandardCharsets.UTF_8);
    return Json.readerFor(RunState.class).readValue(json);
  }
}
