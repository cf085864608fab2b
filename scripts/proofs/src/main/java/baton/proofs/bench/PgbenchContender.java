package baton.proofs.bench;

import baton.proofs.process.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * PostgreSQL as a queue of leases, driven by its own pgbench: each transaction takes a free row
 * with {@code FOR UPDATE SKIP LOCKED} and increments its fence. No HTTP is involved.
 */
final class PgbenchContender implements Contender {
  private static final int ROWS = 10_000;
  private static final String TABLE =
      """
      CREATE TABLE lease (job int PRIMARY KEY, fence bigint NOT NULL, held_until timestamptz NOT NULL);
      INSERT INTO lease SELECT n, 0, now() FROM generate_series(1, %d) n;
      CREATE INDEX ON lease (held_until);
      """
          .formatted(ROWS);
  private static final String TRANSITION =
      """
      UPDATE lease SET fence = fence + 1, held_until = now()
      WHERE job = (SELECT job FROM lease ORDER BY held_until FOR UPDATE SKIP LOCKED LIMIT 1);
      """;

  private final PostgresServer server;
  private final Path folder;
  private final Path pgbench;

  /** The caller closes the server. */
  PgbenchContender(PostgresServer server, Path pgbench, Path psql, Path folder) throws Exception {
    this.server = server;
    this.pgbench = pgbench;
    this.folder = Files.createDirectory(folder);
    Files.writeString(folder.resolve("transition.sql"), TRANSITION);
    run(List.of(psql.toString(), "-q", "-d", server.uri(), "-c", TABLE));
  }

  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public String unit() {
    return "SKIP LOCKED";
  }

  @Override
  public Rate measure(int clients, Duration warmUp, Duration length) throws Exception {
    pgbench(clients, warmUp, "warm-up");
    pgbench(clients, length, "measured");
    long[] nanos = LongStream.empty().toArray();
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.filter(file -> name(file).startsWith("measured")).toList()) {
        nanos = LongStream.concat(LongStream.of(nanos), latencies(log)).toArray();
      }
    }
    clear();
    return Rate.of(clients, nanos, length);
  }

  private void pgbench(int clients, Duration length, String log) throws Exception {
    run(
        List.of(
            pgbench.toString(),
            "--no-vacuum",
            "--client=" + clients,
            "--jobs=" + Math.min(clients, 2),
            "--time=" + length.toSeconds(),
            "--protocol=prepared",
            "--file=" + folder.resolve("transition.sql"),
            "--log",
            "--log-prefix=" + folder.resolve(log),
            server.uri()));
  }

  /** Each line has the client, the transaction, the latency in microseconds, and more. */
  private static LongStream latencies(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .mapToLong(line -> 1_000 * Long.parseLong(line.split(" ")[2]));
  }

  private void clear() throws IOException {
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.filter(file -> !name(file).endsWith(".sql")).toList()) {
        Files.delete(log);
      }
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(command.get(0) + ": " + said.strip());
    }
  }

  @Override
  public void close() {}
}
