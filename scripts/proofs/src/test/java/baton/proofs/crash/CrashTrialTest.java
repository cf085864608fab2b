package baton.proofs.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The crash test in short, with a real coordinator; and that it notices what was lost. */
@Tag("proof")
@Timeout(180)
class CrashTrialTest {
  private static final CrashTrial.Observer NOBODY = (kills, acknowledged, took) -> {};

  private final long seed = Long.getLong("baton.seed", System.nanoTime());

  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterEveryKill() throws Exception {
    CrashVerdict verdict =
        new CrashTrial(folder, new CrashTrial.Settings(3, seed, NOBODY, (data, kill) -> {})).run();

    assertThat(verdict.findings()).as("seed %d", seed).isEmpty();
    assertThat(verdict.kills()).isEqualTo(3);
    assertThat(verdict.acknowledged()).as("seed %d", seed).isPositive();
  }

  @Test
  void commitsThatAreTakenFromTheDatabaseAreMissed() throws Exception {
    CrashVerdict verdict =
        new CrashTrial(
                folder, new CrashTrial.Settings(6, seed, NOBODY, CrashTrialTest::takeCommits))
            .run();

    assertThat(verdict.findings())
        .as("seed %d", seed)
        .extracting(CrashFinding::kind)
        .contains(CrashFinding.Kind.LOST);
    assertThat(verdict.line()).startsWith("CRASH FAILED kills=");
  }

  private static void takeCommits(Path data, int kill) throws Exception {
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("baton.db"));
        Statement statement = database.createStatement()) {
      statement.executeUpdate(
          "DELETE FROM checkpoints WHERE rowid > (SELECT max(rowid) - 3 FROM checkpoints)");
    }
  }
}
