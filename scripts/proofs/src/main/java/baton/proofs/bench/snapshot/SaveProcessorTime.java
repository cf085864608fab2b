package baton.proofs.bench.snapshot;

import baton.proofs.bench.Spread;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.worker.checkpoint.StateSpool;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processor time of all threads of this process for whole saves and restores, in seconds for
 * 1,000,000,000 bytes. A save includes the copy of the state, its check, its digest, the local
 * files, their sha256, and their way into the store.
 *
 * @param save a save of a state in this process
 * @param childSave a save of files that a program wrote itself; writing them is not counted
 * @param restore a restore from the store into a folder
 * @param sha256 one sha256 over as many bytes in memory, to compare machines
 */
record SaveProcessorTime(Spread save, Spread childSave, Spread restore, Spread sha256) {
  /** The first rounds still include the JVM's compilation. */
  private static final int WARM_UP_ROUNDS = 3;

  private static final int PIECE = 1 << 16;
  private static final double NANOS = 1e9;

  static SaveProcessorTime measure(Run run, Path folder, long bytes, int rounds) throws Exception {
    double[] saves = new double[rounds];
    double[] childSaves = new double[rounds];
    double[] restores = new double[rounds];
    double[] digests = new double[rounds];
    double perByte = NANOS / bytes;
    ByteBuffer memory = ByteBuffer.allocateDirect((int) Math.min(bytes, 1 << 28));
    Path into = folder.resolve("restored");
    try (Saver saver = new Saver(folder.resolve("processor-time"), run)) {
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        run.step();
        double save = seconds(() -> saver.save(run.snapshot()).get());
        double restore = seconds(() -> saver.restore(into));
        run.step();
        Written written = Written.by(run, folder.resolve("child"));
        double childSave = seconds(() -> saver.save(written).get());
        written.delete();
        double digest = seconds(() -> digest(memory)) * bytes / memory.capacity();
        if (round >= 0) {
          saves[round] = save * perByte;
          childSaves[round] = childSave * perByte;
          restores[round] = restore * perByte;
          digests[round] = digest * perByte;
        }
      }
    }
    return new SaveProcessorTime(
        Spread.of(saves), Spread.of(childSaves), Spread.of(restores), Spread.of(digests));
  }

  /** A save's processor time, as a multiple of one sha256 over as many bytes. */
  double saveInDigests() {
    return save.mean() / sha256.mean();
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double seconds(Work work) throws Exception {
    long before = processorTime();
    work.run();
    return (processorTime() - before) / NANOS;
  }

  private static long processorTime() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Sha256 digest(ByteBuffer memory) {
    MessageDigest digest = Sha256.newDigest();
    byte[] piece = new byte[PIECE];
    for (int at = 0; at < memory.capacity(); at += PIECE) {
      int length = Math.min(PIECE, memory.capacity() - at);
      memory.get(at, piece, 0, length);
      digest.update(piece, 0, length);
    }
    return Sha256.of(digest);
  }

  /** A state whose files another program wrote; they are linked, as a child's files are. */
  private record Written(Position position, Path folder) implements Snapshot {
    static Written by(Run run, Path folder) throws Exception {
      Snapshot snapshot = run.snapshot();
      StateSpool.write(snapshot, Files.createDirectory(folder));
      snapshot.release();
      return new Written(snapshot.position(), folder);
    }

    @Override
    public void writeTo(SnapshotSink sink) throws IOException {
      for (Path file : files()) {
        Files.createLink(sink.folder().resolve(file.getFileName()), file);
      }
    }

    void delete() throws IOException {
      for (Path file : files()) {
        Files.delete(file);
      }
      Files.delete(folder);
    }

    private List<Path> files() throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        return files.toList();
      }
    }
  }
}
