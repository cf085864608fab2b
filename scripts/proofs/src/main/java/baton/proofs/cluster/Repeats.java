package baton.proofs.cluster;

import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Acknowledged requests to repeat much later: a uniform sample of bounded size. */
final class Repeats {
  private static final int KEPT = 300;

  private final SplittableRandom random;
  private final List<Repeat> kept = new ArrayList<>();
  private long seen;

  Repeats(SplittableRandom random) {
    this.random = random;
  }

  /** A request that was answered before. */
  @FunctionalInterface
  interface Repeat {
    /** Sends it again; returns what is wrong with the answer, empty if nothing is. */
    Optional<String> send() throws ProblemException, UnreachableException, InterruptedException;
  }

  synchronized void remember(Repeat repeat) {
    seen++;
    if (kept.size() < KEPT) {
      kept.add(repeat);
    } else if (random.nextLong(seen) < KEPT) {
      kept.set(random.nextInt(KEPT), repeat);
    }
  }

  /** A random choice of the remembered requests; one may be drawn twice. */
  synchronized List<Repeat> some(int many) {
    return kept.isEmpty()
        ? List.of()
        : IntStream.range(0, many).mapToObj(i -> kept.get(random.nextInt(kept.size()))).toList();
  }
}
