package baton.worker.train;

import ai.djl.engine.EngineException;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.SafetensorsException;
import baton.worker.segment.TroubleException;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Blames an error of training on the machine, if another machine could do better, or else on the
 * program, in one sentence. Stack traces stay in the cause.
 */
final class TrainingFailures {
  private static final int LONGEST_DETAIL = 500;

  private TrainingFailures() {}

  /** An action that may fail. */
  interface Work<T> {
    T run() throws TroubleException, IOException;
  }

  /**
   * Runs {@code work}, and turns its exceptions and errors into a {@link TroubleException}.
   *
   * @param doing a phrase after "while" that names the program and the position
   */
  static <T> T guard(String doing, Work<T> work) throws TroubleException {
    try {
      return work.run();
    } catch (TroubleException e) {
      throw e;
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError | AssertionError e) {
      throw new TroubleException(of(doing, e), e);
    }
  }

  static Trouble of(String doing, Throwable error) {
    if (error instanceof UncheckedIOException unchecked) {
      return of(doing, unchecked.getCause());
    }
    String detail = describe(error);
    if (error instanceof OutOfMemoryError || isOutOfMemory(error)) {
      return Trouble.machine(
          "Memory ran out while %s: %s.".formatted(doing, detail),
          "Use a machine with more memory, close other programs, or submit the job with a smaller"
              + " batchSize.");
    }
    if (error instanceof LinkageError) {
      return Trouble.machine(
          "A library is missing or does not fit while %s: %s.".formatted(doing, detail),
          "Start the worker with the libraries it was built with.");
    }
    if (error instanceof EngineException && isNotDeterministic(error)) {
      return Trouble.machine(
          "On a GPU this cannot come out the same twice, while %s: %s.".formatted(doing, detail),
          "Train it on a CPU (--device cpu), or use another operation in the program.");
    }
    if (error instanceof EngineException && isDeviceFailure(error)) {
      return Trouble.machine(
          "The device failed while %s: %s.".formatted(doing, detail),
          "Start the worker again, or use another machine.");
    }
    if (error instanceof IOException && !isBadContent(error)) {
      return Trouble.machine(
          "A file could not be read while %s: %s.".formatted(doing, detail),
          "Check the disk of this machine.");
    }
    if (error instanceof UnsavableArrayException) {
      return Trouble.machine(
          "Baton has a limit that was met while %s: %s.".formatted(doing, error.getMessage()),
          "Upgrade Baton on this machine; if that does not help, keep the state in another dtype.");
    }
    return Trouble.program(
        "The program failed while %s: %s.".formatted(doing, detail),
        "Correct the program or the job's parameters, and submit the job again.");
  }

  /**
   * @throws TroubleException of kind PROGRAM if the value is not finite
   */
  static double requireFinite(String what, double value, Position position)
      throws TroubleException {
    if (Double.isFinite(value)) {
      return value;
    }
    throw new TroubleException(
        Trouble.program(
            "The %s is %s at %s.".formatted(what, value, position),
            "Submit the job again with a smaller learningRate, with clipNorm, or with cleaner"
                + " data."));
  }

  /** The class and the first line of the message: torch's further lines are C++ stack traces. */
  static String describe(Throwable error) {
    String message = error.getMessage() == null ? "" : error.getMessage().strip();
    String line = message.lines().findFirst().orElse("no message");
    String detail = brief(error.getClass().getSimpleName() + ": " + line);
    return detail.endsWith(".") ? detail.substring(0, detail.length() - 1) : detail;
  }

  /** Truncates foreign text, so that an error stays a sentence. */
  static String brief(String text) {
    return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
  }

  private static boolean isOutOfMemory(Throwable error) {
    String message = lowerCase(error);
    return error instanceof EngineException
        && (message.contains("out of memory")
            || message.contains("can't allocate memory")
            || message.contains("not enough memory")
            || message.contains("alloc_failed"));
  }

  /** Files of a checkpoint have been verified before, so bad content was written that way. */
  private static boolean isBadContent(Throwable error) {
    return error instanceof SafetensorsException || error instanceof JsonProcessingException;
  }

  private static boolean isNotDeterministic(Throwable error) {
    return lowerCase(error).contains("does not have a deterministic implementation");
  }

  private static boolean isDeviceFailure(Throwable error) {
    String message = lowerCase(error);
    return (message.contains("cuda error") || message.contains("cudnn error"))
        // An assert on the device, such as for a label out of range, fails on any machine.
        && !message.contains("assert");
  }

  private static String lowerCase(Throwable error) {
    return String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
  }
}
