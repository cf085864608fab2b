package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreMarker;
import baton.testing.PretendManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a person sees who recovers jobs from a directory. */
class RecoverCommandTest {
  private static final StoreId STORE = new StoreId("store-1");
  private static final JobId JOB = new JobId("job-1");
  private static final JobSpec SPEC = JobSpec.of("digits", "digits", 6).withSeed(7);

  @TempDir Path folder;
  private StringWriter told = new StringWriter();

  @BeforeEach
  void makeTheStore() throws IOException {
    put(StoreMarker.FILE_NAME, StoreMarker.of(STORE).write());
  }

  @Test
  void eachJobIsToldWithWhereItStandsAndWhatToDoNext() throws IOException {
    checkpoint(1);

    assertThat(recover()).isZero();

    assertThat(told.toString())
        .contains("digits (job-1): WAITING at e1-b0 of 6 epochs, 1 checkpoints kept")
        .contains("1 of 1 jobs taken up")
        .contains("Now start the coordinator");
  }

  @Test
  void aDataDirectoryThatHasJobsIsLeftAloneUnlessThatIsMeant() throws IOException {
    checkpoint(1);
    recover();

    assertThat(recover()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("has 1 jobs already").contains("--existing");

    checkpoint(3);
    assertThat(recover("--existing")).isZero();
    assertThat(told.toString()).contains("WAITING at e3-b0");
  }

  @Test
  void aStoreWithoutAJobIsToldAsSuch() {
    assertThat(recover()).isEqualTo(1);

    assertThat(told.toString()).contains("There is no job in this store");
  }

  @Test
  void aJobOfAnOlderBatonNeedsItsEpochs() throws IOException {
    checkpoint(2);
    Files.delete(folder.resolve("store/job-1/job.json"));

    assertThat(recover()).isEqualTo(1);
    assertThat(told.toString()).contains("left alone").contains("--epochs digits=N");

    assertThat(recover("--epochs", "digits=9")).isZero();
    assertThat(told.toString()).contains("of 9 epochs");
  }

  @Test
  void wrongOptionsAreToldInASentence() {
    assertThat(run("--store", "tape")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("There is no store 'tape'");

    assertThat(run("--store", "directory")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("--store-dir DIR").doesNotContain("\tat ");
  }

  private int recover(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--store", "directory", "--store-dir", folder.resolve("store").toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    told = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    return new CommandLine(new RecoverCommand())
        .setOut(new PrintWriter(told))
        .setErr(new PrintWriter(told))
        .execute(all.toArray(String[]::new));
  }

  private void checkpoint(int epoch) throws IOException {
    Position to = Position.ofEpochs(epoch);
    Grant grant =
        new Grant(
            JOB,
            SPEC,
            new Fence(epoch),
            Duration.ofSeconds(60),
            Duration.ZERO,
            new Segment(Position.START, to),
            Optional.empty(),
            STORE,
            Optional.empty(),
            false);
    String text =
        PretendManifest.of(grant, new SessionId("s1"), to, 0, Optional.empty(), "x".repeat(1_024));
    Manifest manifest = ManifestJson.read(text);
    put(manifest.folder() + "/model.safetensors", "x".repeat(1_024));
    put(manifest.folder() + "/" + Manifest.FILE_NAME, text);
    put(JOB + "/" + JobFile.FILE_NAME, JobFile.of(JOB, SPEC).write());
  }

  private void put(String path, String content) throws IOException {
    Path file = folder.resolve("store").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
