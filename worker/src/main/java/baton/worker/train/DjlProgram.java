package baton.worker.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.util.LinkedHashMap;
import java.util.function.ObjIntConsumer;

/** A program that trains in this JVM with DJL: a named {@link MultiNetworkRecipe}. */
public final class DjlProgram implements Program {
  private final String name;
  private final MultiNetworkRecipe.Factory courses;
  private final TorchEngine torch;
  private final ObjIntConsumer<Engine> generator;
  private final Memory memory;

  public DjlProgram(String name, MultiNetworkRecipe.Factory courses, TorchEngine torch) {
    this(name, courses, torch, Engine::setRandomSeed);
  }

  /** With another way to seed the engine's generator. */
  DjlProgram(
      String name,
      MultiNetworkRecipe.Factory courses,
      TorchEngine torch,
      ObjIntConsumer<Engine> generator) {
    this(name, courses, torch, generator, Memory.ofThisMachine());
  }

  /**
   * With another way to seed the engine's generator, and other memory.
   *
   * @param generator called with a seed before the first weights are drawn and before every batch
   * @param memory for copies of the state
   */
  DjlProgram(
      String name,
      MultiNetworkRecipe.Factory courses,
      TorchEngine torch,
      ObjIntConsumer<Engine> generator,
      Memory memory) {
    this.name = name;
    this.courses = courses;
    this.torch = torch;
    this.generator = generator;
    this.memory = memory;
  }

  /** The same program with another way to seed the engine's generator. */
  DjlProgram seededBy(ObjIntConsumer<Engine> other) {
    return new DjlProgram(name, courses, torch, other);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Run start(Start start) throws TroubleException {
    TorchEngine.Session session = torch.session(start.device());
    Parameters parameters = new Parameters(name, start.spec().parameters(), start.data());
    Seeds seeds = new Seeds(start.spec().seed());
    return TrainingFailures.guard(
        "starting %s at %s".formatted(name, start.position()),
        () -> {
          MultiNetworkRecipe<?> course = courses.create(parameters, seeds);
          parameters.addDefaults(course.defaults());
          LoopSettings routine = LoopSettings.of(parameters);
          int updates = BatchPlan.of(course, routine).updatesPerEpoch();
          LinkedHashMap<Network, Tuning> tunings = new LinkedHashMap<>();
          for (Network network : course.networks()) {
            tunings.put(network, Tuning.of(parameters.of(network), updates, start.spec().epochs()));
          }
          parameters.refuseUnknown();
          NDManager manager = session.engine().newBaseManager(session.device());
          try {
            DjlRun<?> run =
                new DjlRun<>(
                    start.spec(),
                    course,
                    routine,
                    tunings,
                    session,
                    manager,
                    seed -> generator.accept(session.engine(), seed));
            if (start.files().isPresent()) {
              run.restore(start.files().get(), start.position());
            }
            run.reserveCopies(memory);
            return run;
          } catch (Throwable e) {
            manager.close();
            throw e;
          }
        });
  }
}
