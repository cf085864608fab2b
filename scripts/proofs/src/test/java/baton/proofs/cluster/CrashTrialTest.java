package baton.proofs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import baton.proofs.history.Finding;
import baton.proofs.history.Finding.Kind;
import baton.proofs.history.Judgement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The crash test in short, with a real coordinator; and that it notices what was lost. */
@Timeout(180)
class CrashTrialTest {
  private final long seed = Long.getLong("baton.seed", System.nanoTime());

  @TempDir Path folder;

  @Test
  @Tag("proof")
  void whatWasAcknowledgedIsThereAfterEveryKill() throws Exception {
    ClusterTrial.Result result = trial(3, kill -> {});

    assertThat(result.judgement().findings()).as("seed %d", seed).isEmpty();
    assertThat(result.kills()).isGreaterThanOrEqualTo(3);
    assertThat(result.judgement().acknowledged()).as("seed %d", seed).isPositive();
  }

  @Test
  @Tag("proof")
  void commitsThatAreTakenFromTheDatabaseAreMissed() throws Exception {
    ClusterTrial.Result result = trial(6, kill -> takeCommits());

    assertThat(result.judgement().findings())
        .as("seed %d", seed)
        .extracting(Finding::kind)
        .contains(Kind.LOST);
    assertThat(Crash.line(result)).startsWith("CRASH FAILED kills=");
  }

  @Test
  void theLastLineCountsWhatIsWrongAndNamesTheFirst() {
    Judgement sound = new Judgement(70, List.of());
    Judgement bad =
        new Judgement(
            70,
            List.of(new Finding(Kind.LOST, "a is gone"), new Finding(Kind.DUPLICATE_FENCE, "b")));

    assertThat(Crash.line(new ClusterTrial.Result(3, 0, sound)))
        .isEqualTo("CRASH OK kills=3 acked=70 lost=0 duplicate-fences=0");
    assertThat(Crash.line(new ClusterTrial.Result(3, 0, bad)))
        .isEqualTo(
            "CRASH FAILED kills=3 acked=70 lost=1 duplicate-fences=1 wrong=0, first: a is gone");
  }

  private ClusterTrial.Result trial(int kills, IntConsumer whileDown) throws Exception {
    ClusterTrial.Settings settings =
        new ClusterTrial.Settings(
            kills,
            Crash.LOAD,
            seed,
            folder.resolve("history.jsonl"),
            (killed, acknowledged, what) -> {},
            whileDown);
    try (ClusterProcesses alone = ClusterProcesses.ofOne(folder)) {
      return new ClusterTrial(settings).run(alone);
    }
  }

  private void takeCommits() {
    try (Connection database =
            DriverManager.getConnection(
                "jdbc:sqlite:" + folder.resolve("coordinator").resolve("baton.db"));
        Statement statement = database.createStatement()) {
      statement.executeUpdate(
          "DELETE FROM checkpoints WHERE rowid > (SELECT max(rowid) - 3 FROM checkpoints)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
