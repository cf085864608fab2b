package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.store.SqliteDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a person sees who backs up, restores and moves a database. */
class UpkeepCommandTest {
  @TempDir Path folder;
  private final StringWriter told = new StringWriter();
  private Path backup;

  @BeforeEach
  void anInstallationWithABackup() throws IOException {
    SqliteDatabase.open(Files.createDirectories(data()).resolve("baton.db"));
    backup = folder.resolve("backup.db");
    assertThat(run(new BackupCommand(), backup.toString())).isZero();
  }

  @Test
  void aBackupSaysWhatItHolds() {
    assertThat(told.toString().strip()).isEqualTo(backup + " holds 0 jobs.");
  }

  @Test
  void aStoreThatCannotBeReadChangesNothingAndThatIsSaid() {
    Path missing = folder.resolve("not mounted");

    assertThat(restore("--store-dir", missing.toString())).isNotZero();

    assertThat(told.toString())
        .contains("There is no store at " + missing)
        .contains("Nothing was changed. Try again once it can be read");
    assertThat(data()).isDirectoryNotContaining(file -> file.toString().contains("before"));
  }

  @Test
  void aStoreOfNoKnownKindIsToldAsSuch() {
    assertThat(restore("--store", "tape")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString())
        .contains("There is no store 'tape': say --store drive, or name a directory");
  }

  @Test
  void anAddressThatIsNoneIsToldWithOneThatIs() {
    assertThat(run(new MigrateCommand(), "--to", "mysql://baton@db/baton"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("postgresql://baton@db.example.org/baton");
  }

  private int restore(String... more) {
    List<String> arguments = new ArrayList<>(List.of(backup.toString()));
    arguments.addAll(List.of(more));
    return run(new RestoreCommand(), arguments.toArray(String[]::new));
  }

  private int run(Object command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data().toString()));
    return new CommandLine(command)
        .setOut(new PrintWriter(told, true))
        .setErr(new PrintWriter(told, true))
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              line.getErr().println(failure.getMessage());
              return CommandLine.ExitCode.SOFTWARE;
            })
        .execute(all.toArray(String[]::new));
  }

  private Path data() {
    return folder.resolve("data");
  }
}
