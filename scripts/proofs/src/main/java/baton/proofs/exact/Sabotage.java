package baton.proofs.exact;

import baton.cli.process.WorkerProcess;
import baton.cli.relay.Subject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A way to resume that is wrong on purpose: a comparison that does not notice it proves nothing. It
 * is not part of the product: a class of the worker's tests wraps its programs, and Python's own
 * {@code sitecustomize} changes a script's {@code baton.py}.
 */
enum Sabotage {
  OPTIMIZER("optimizer dropped"),
  RANDOMNESS("generators dropped");

  private static final String VARIABLE = "SABOTAGE";
  private static final String MAIN = "baton.worker.SabotagedWorkerMain";
  private static final String CUSTOMIZE = "sitecustomize.py";

  private final String title;

  Sabotage(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** A worker that resumes in this way. */
  WorkerProcess.Start worker(Subject subject, int threads, ExactTrial.Ground ground)
      throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put(VARIABLE, name().toLowerCase(Locale.ROOT));
    if (subject.command().isEmpty()) {
      WorkerProcess.Start honest =
          subject.worker(threads, ground.device(), ground.store(), environment);
      return honest.by(MAIN);
    }
    environment.put("PYTHONPATH", customized(ground.folder()).toString());
    return subject.worker(threads, ground.device(), ground.store(), environment);
  }

  private static Path customized(Path folder) throws IOException {
    Path library = folder.resolve("sabotage");
    if (!Files.exists(library)) {
      Files.createDirectories(library);
      try (InputStream in = Sabotage.class.getResourceAsStream(CUSTOMIZE)) {
        Files.copy(in, library.resolve(CUSTOMIZE));
      }
    }
    return library;
  }
}
