package baton.proofs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import baton.proofs.history.Finding;
import baton.proofs.history.Finding.Kind;
import baton.proofs.history.Judgement;
import baton.proofs.process.EmbeddedBinaries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The short form of {@code scripts/cluster.sh}, without cuts of the network. */
@Tag("proof")
class ClusterTrialTest {

  @Test
  void nothingIsLostAndNoJobHasTwoHoldersWhenMembersAreKilled() throws Exception {
    // Not JUnit's own folder: PostgreSQL's user must be able to enter it.
    Path folder = Files.createTempDirectory("baton-cluster-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    long seed = new SecureRandom().nextInt(Integer.MAX_VALUE);
    Path history = folder.resolve("history.jsonl");
    ClusterTrial.Settings settings =
        new ClusterTrial.Settings(
            2,
            new ClusterTrial.Load(12, 4, Pace.STEADY),
            seed,
            history,
            (kills, acknowledged, what) -> {},
            killed -> {});

    ClusterTrial.Result result;
    try (ClusterProcesses cluster =
        ClusterProcesses.ofThree(folder, new Loopback(), EmbeddedBinaries.find())) {
      result = new ClusterTrial(settings).run(cluster);
    }

    assertThat(result.judgement().findings())
        .as("seed %d, history and log in %s", seed, folder)
        .isEmpty();
    assertThat(result.kills()).isGreaterThanOrEqualTo(2);
    assertThat(result.judgement().acknowledged()).isPositive();
  }

  @Test
  void theLastLineCountsWhatIsWrongAndNamesTheFirst() {
    Judgement sound = new Judgement(812, List.of());
    Judgement wrong =
        new Judgement(
            812,
            List.of(
                new Finding(Kind.LOST, "job job-3: lacks the commit"),
                new Finding(Kind.DOUBLE_HOLDER, "two")));

    assertThat(Cluster.line(new ClusterTrial.Result(30, 9, sound)))
        .isEqualTo(
            "CLUSTER OK kills=30 cuts=9 acked=812 lost=0 double-holders=0 duplicate-fences=0");
    assertThat(Cluster.line(new ClusterTrial.Result(30, 9, wrong)))
        .isEqualTo(
            "CLUSTER FAILED job job-3: lacks the commit"
                + " (kills=30 cuts=9 acked=812 lost=1 double-holders=1 duplicate-fences=0)");
  }
}
