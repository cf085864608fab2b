package baton.proofs.cluster;

import baton.proofs.history.Entry.Disturbance;
import baton.proofs.history.HistoryFile;
import baton.proofs.process.PostgresServer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Injects faults into the cluster, drawn from a seed: members and the database are killed, and
 * members are frozen, restarted and cut off. Every fault is undone before the next one, but now and
 * then another member is killed in the middle of one, or a member is killed while it starts. A
 * coordinator without a cluster is only killed.
 */
final class Chaos {
  private static final int MEANWHILE_KILLED_ONE_IN = 4;
  private static final int START_KILLED_ONE_IN = 6;
  private static final int LONGEST_START_MILLIS = 1_000;
  private static final int LONGEST_DOWN_MILLIS = 6_000;
  private static final int LONGEST_DOWN_ALONE_MILLIS = 20;

  private final List<Member> members;
  private final Optional<PostgresServer> database;
  private final ClusterNetwork network;
  private final HistoryFile history;
  private final SplittableRandom random;
  private final IntConsumer whileDown;
  private int kills;
  private int cuts;

  /**
   * @param whileDown called after each kill, before the next start
   */
  Chaos(
      ClusterProcesses cluster,
      HistoryFile history,
      SplittableRandom random,
      IntConsumer whileDown) {
    this.members = List.copyOf(cluster.members());
    this.database = cluster.database();
    this.network = cluster.network();
    this.history = history;
    this.random = random;
    this.whileDown = whileDown;
  }

  int kills() {
    return kills;
  }

  int cuts() {
    return cuts;
  }

  /** Injects one fault and undoes it; returns its description. */
  String next() throws Exception {
    Member member = members.get(random.nextInt(members.size()));
    if (database.isEmpty()) {
      return kill(member, LONGEST_DOWN_ALONE_MILLIS);
    }
    int dice = random.nextInt(10);
    if (dice >= 8 && network.canCut()) {
      return cut(member);
    }
    return switch (dice) {
      case 4, 5 -> freeze(member);
      case 6 -> restart(member);
      case 7 -> killDatabase(database.get());
      default -> kill(member, LONGEST_DOWN_MILLIS);
    };
  }

  private String kill(Member member, int longestDownMillis) throws Exception {
    return during(
        "kill",
        member.name(),
        () -> {
          endWithKill(member);
          pause(0, longestDownMillis);
          if (random.nextInt(START_KILLED_ONE_IN) == 0) {
            member.launch();
            pause(0, LONGEST_START_MILLIS);
            endWithKill(member);
          }
          member.start();
        });
  }

  private void endWithKill(Member member) {
    member.kill();
    kills++;
    whileDown.accept(kills);
  }

  private String freeze(Member member) throws Exception {
    return during(
        "freeze",
        member.name(),
        () -> {
          member.freeze();
          try {
            pause(500, 15_000);
            perhapsKillAnother(member);
          } finally {
            member.thaw();
          }
        });
  }

  private String restart(Member member) throws Exception {
    return during(
        "restart",
        member.name(),
        () -> {
          member.end();
          pause(0, 2_000);
          member.start();
        });
  }

  private String killDatabase(PostgresServer server) throws Exception {
    return during(
        "kill",
        Cut.DATABASE,
        () -> {
          server.kill();
          kills++;
          pause(0, 10_000);
          server.start();
        });
  }

  private String cut(Member member) throws Exception {
    Cut cut = Cut.draw(member.name(), members.stream().map(Member::name).toList(), random);
    return during(
        "cut",
        cut.what(),
        () -> {
          cut.apply(network);
          cuts++;
          try {
            pause(2_000, 20_000);
            perhapsKillAnother(member);
          } finally {
            network.heal();
          }
        });
  }

  private void perhapsKillAnother(Member harmed) throws Exception {
    if (random.nextInt(MEANWHILE_KILLED_ONE_IN) == 0) {
      Member other =
          members.stream().filter(member -> member != harmed).toList().get(random.nextInt(2));
      long from = history.now();
      endWithKill(other);
      pause(0, 3_000);
      other.launch();
      history.add(new Disturbance("kill", other.name(), from, history.now()));
    }
  }

  /** A fault, from its start to its end. */
  @FunctionalInterface
  private interface Harm {
    void run() throws Exception;
  }

  private String during(String kind, String what, Harm harm) throws Exception {
    long from = history.now();
    harm.run();
    history.add(new Disturbance(kind, what, from, history.now()));
    return "%s %s, %.1f s".formatted(kind, what, (history.now() - from) / 1e6);
  }

  private void pause(int leastMillis, int mostMillis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(leastMillis, mostMillis));
  }
}
