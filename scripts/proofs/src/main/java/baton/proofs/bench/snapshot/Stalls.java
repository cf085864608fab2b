package baton.proofs.bench.snapshot;

import baton.proofs.bench.Spread;
import baton.protocol.Sha256;
import baton.worker.checkpoint.StateSpool;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares how long training stalls for one save, in milliseconds: in a round, each of the three
 * ways follows a step of training, so that each finds the caches as training leaves them.
 *
 * @param snapshot Baton's copy
 * @param plainCopy a copy of as many bytes within memory
 * @param synchronous a save on the training thread: write, fsync, sha256
 */
record Stalls(long bytes, Spread snapshot, Spread plainCopy, Spread synchronous) {

  static Stalls measure(Run run, Path folder, int rounds) throws Exception {
    long bytes = bytesOf(run, folder);
    List<ByteBuffer> from = buffers(bytes);
    List<ByteBuffer> to = buffers(bytes);
    double[] snapshots = new double[rounds];
    double[] plain = new double[rounds];
    double[] synchronous = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      run.step();
      long begun = System.nanoTime();
      Snapshot snapshot = run.snapshot();
      snapshots[round] = since(begun);
      snapshot.release();
      run.step();
      begun = System.nanoTime();
      copy(from, to);
      plain[round] = since(begun);
      run.step();
      snapshot = run.snapshot();
      Path save = Files.createDirectory(folder.resolve("synchronous"));
      begun = System.nanoTime();
      writeHere(snapshot, save);
      synchronous[round] = since(begun);
      snapshot.release();
      delete(save);
    }
    return new Stalls(bytes, Spread.of(snapshots), Spread.of(plain), Spread.of(synchronous));
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }

  private static long bytesOf(Run run, Path folder) throws Exception {
    Path save = Files.createDirectory(folder.resolve("size"));
    Snapshot snapshot = run.snapshot();
    StateSpool.write(snapshot, save);
    snapshot.release();
    long bytes = 0;
    for (Path file : filesIn(save)) {
      bytes += Files.size(file);
    }
    delete(save);
    return bytes;
  }

  /** Java fills the buffers with zeros, so all their pages are mapped. */
  private static List<ByteBuffer> buffers(long bytes) {
    long most = 1 << 30;
    return Stream.iterate(bytes, left -> left > 0, left -> left - most)
        .map(left -> ByteBuffer.allocateDirect((int) Math.min(left, most)))
        .toList();
  }

  private static void copy(List<ByteBuffer> from, List<ByteBuffer> to) {
    for (int i = 0; i < from.size(); i++) {
      to.get(i).clear().put(from.get(i).clear());
    }
  }

  private static void writeHere(Snapshot snapshot, Path save) throws IOException {
    StateSpool.write(snapshot, save);
    for (Path file : filesIn(save)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Sha256.ofFile(file);
    }
  }

  private static List<Path> filesIn(Path save) throws IOException {
    try (Stream<Path> files = Files.list(save)) {
      return files.toList();
    }
  }

  private static void delete(Path save) throws IOException {
    for (Path file : filesIn(save)) {
      Files.delete(file);
    }
    Files.delete(save);
  }
}
