package baton.proofs.bench.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SnapshotBenchTest {
  @Test
  void itMeasuresEveryPromiseAndLeavesNothingBehind(@TempDir Path folder) {
    StringWriter printed = new StringWriter();
    CommandLine bench = new CommandLine(new SnapshotBench()).setOut(new PrintWriter(printed));

    int code =
        bench.execute(
            "--parameters=6000",
            "--rounds=1",
            "--threads=1",
            "--pairs=2",
            "--block=1",
            "--device=cpu",
            "--dir=" + folder);

    assertThat(code).isZero();
    assertThat(printed.toString())
        .contains("Baton's copy into reserved memory", "a plain copy", "a synchronous save")
        .contains("stall per save, in plain copies", "slowdown with a save every 30 s, 1 thread(s)")
        .contains("a save, whole", "a save of files that a program wrote", "a restore")
        .containsPattern("BENCH snapshot goals=4 met=\\d");
    assertThat(folder).isEmptyDirectory();
  }
}
