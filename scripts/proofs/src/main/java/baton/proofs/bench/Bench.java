package baton.proofs.bench;

import baton.proofs.bench.drive.DriveBench;
import baton.proofs.bench.snapshot.SnapshotBench;
import picocli.CommandLine.Command;

/** The command {@code bench}: measures what Baton promises about speed. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure what Baton promises about speed, on this machine.",
    subcommands = {
      CoordinatorBench.class,
      Heartbeats.class,
      DriveBench.class,
      PrefetchBench.class,
      SnapshotBench.class
    })
public final class Bench {}
