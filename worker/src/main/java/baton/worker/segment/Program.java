package baton.worker.segment;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Named training code that a worker runs: a Java class in its JVM, or a child process. The port
 * deals only in bytes and positions, so that both can implement it.
 */
public interface Program {
  /** The name by which jobs refer to it. */
  String name();

  /**
   * Begins a run, restored from {@code start}'s files or fresh from the seed. This and every method
   * of the run are called on one thread, the training thread.
   *
   * @throws TroubleException of kind MACHINE if this machine cannot run it, PROGRAM if the files or
   *     parameters do not fit the program
   */
  Run start(Start start) throws TroubleException;

  /**
   * Whether an interrupt makes {@link #start} and every method of a run return, so that a hanging
   * program can be stopped; the run cannot be used afterwards. Code in this JVM cannot promise
   * that.
   */
  default boolean comesBackWhenInterrupted() {
    return false;
  }

  /**
   * Where a run begins.
   *
   * @param files the folder with the verified files of the checkpoint at {@code position}; empty
   *     for a fresh start at {@link Position#START}
   * @param madeBy the numeric profile of that checkpoint; empty if unknown
   * @param data the folder with the job's data; empty if the program brings its own
   * @param device the kind of device to train on, {@code cpu} or {@code gpu}
   * @param acceptsChange whether a person accepts that a program other than the one that made the
   *     checkpoint goes on from it
   */
  record Start(
      JobSpec spec,
      Position position,
      Optional<Path> files,
      Map<String, String> madeBy,
      Optional<Path> data,
      String device,
      boolean acceptsChange) {
    public Start {
      madeBy = Map.copyOf(madeBy);
      if (files.isEmpty() && !position.equals(Position.START)) {
        throw new IllegalArgumentException("without a checkpoint a run begins at the start");
      }
    }

    /** A start without data, from a checkpoint of the same program. */
    public static Start plain(
        JobSpec spec, Position position, Optional<Path> files, String device) {
      return new Start(spec, position, files, Map.of(), Optional.empty(), device, false);
    }

    /** The same from other files of the same checkpoint. */
    public Start withFiles(Path others) {
      return new Start(spec, position, Optional.of(others), madeBy, data, device, acceptsChange);
    }

    /** From a checkpoint that was made under {@code profile}. */
    public Start madeBy(Map<String, String> profile) {
      return new Start(spec, position, files, profile, data, device, acceptsChange);
    }

    public Start withData(Optional<Path> folder) {
      return new Start(spec, position, files, madeBy, folder, device, acceptsChange);
    }

    public Start accepting(boolean change) {
      return new Start(spec, position, files, madeBy, data, device, change);
    }
  }
}
