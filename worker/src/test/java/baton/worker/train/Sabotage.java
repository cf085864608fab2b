package baton.worker.train;

import ai.djl.engine.Engine;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A way to resume that is wrong; a fresh start is as it should be. */
public enum Sabotage {
  /** The optimizer's slots are zero, as in a run that begins. */
  OPTIMIZER {
    @Override
    Run resume(DjlProgram program, Program.Start start) throws TroubleException, IOException {
      Path files = Files.createTempDirectory("sabotage-");
      try (Stream<Path> whole = Files.list(start.files().orElseThrow())) {
        for (Path file : whole.toList()) {
          Files.copy(file, files.resolve(file.getFileName()));
        }
      }
      zero(files.resolve(Optimizer.FILE), name -> true);
      return program.start(start.withFiles(files));
    }
  },

  /** The engine's generator is not seeded for each batch, but runs on. */
  RANDOMNESS {
    @Override
    Run resume(DjlProgram program, Program.Start start) throws TroubleException {
      return program.seededBy(new SeedOnce()).start(start);
    }
  };

  abstract Run resume(DjlProgram program, Program.Start start) throws TroubleException, IOException;

  /** {@code honest}, but for what it does when it goes on from a checkpoint. */
  public Program of(Program honest) {
    return honest instanceof DjlProgram program ? new Sabotaged(program, this) : honest;
  }

  private record Sabotaged(DjlProgram honest, Sabotage sabotage) implements Program {
    @Override
    public String name() {
      return honest.name();
    }

    @Override
    public Run start(Start start) throws TroubleException {
      try {
        return start.files().isEmpty() ? honest.start(start) : sabotage.resume(honest, start);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Writes the same tensors again, some of them all zero. */
  static void zero(Path file, Predicate<String> which) throws IOException {
    SortedMap<String, Tensor> zeros = new TreeMap<>();
    Safetensors.open(file)
        .forEach(
            (name, tensor) ->
                zeros.put(
                    name,
                    which.test(name)
                        ? Tensor.of(
                            tensor.dtype(),
                            tensor.shape(),
                            ByteBuffer.allocate(tensor.data().remaining()))
                        : tensor));
    Files.delete(file);
    Safetensors.write(file, zeros, Map.of());
  }

  /** The generator gets the seed of the first weights, and then runs on. */
  static final class SeedOnce implements ObjIntConsumer<Engine> {
    private boolean seeded;

    @Override
    public void accept(Engine engine, int seed) {
      if (!seeded) {
        engine.setRandomSeed(seed);
        seeded = true;
      }
    }
  }
}
