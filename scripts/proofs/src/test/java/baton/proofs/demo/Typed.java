package baton.proofs.demo;

import baton.cli.BatonMain;
import baton.cli.process.JavaProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a command of a person's said, in a process of its own, and its exit code. */
record Typed(int code, List<String> lines) {
  /**
   * @param data the data directory of a coordinator
   */
  static Typed run(
      Map<String, String> environment, String command, List<String> arguments, Path data) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(arguments);
    all.addAll(List.of("--data", data.toString()));
    List<String> lines = new ArrayList<>();
    try (JavaProcess process =
        JavaProcess.start(
            BatonMain.class, List.of("-XX:+UseSerialGC"), all, environment, lines::add)) {
      return new Typed(process.awaitEnd(), lines);
    }
  }
}
