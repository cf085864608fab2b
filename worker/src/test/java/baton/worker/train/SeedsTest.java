package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Position;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
  private static final Seeds SEEDS = new Seeds(42);

  @Test
  void splitMix64DrawsItsPublishedNumbers() {
    SplitMix64 random = new SplitMix64(1234567);

    assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo("6457827717110365317");
    assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo("3203168211198807973");
    assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo("9817491932198370423");
  }

  @Test
  void aSeedDependsOnItsPlaceAlone() {
    assertThat(SEEDS.batch(new Position(3, 7)))
        .isEqualTo(new Seeds(42).batch(new Position(3, 7)))
        .isNotEqualTo(new Seeds(43).batch(new Position(3, 7)));
  }

  @Test
  void theSeedsOfAJobStayAsTheyWereWhenItsCheckpointsWereWritten() {
    assertThat(SEEDS.weights()).isEqualTo(-914255856146365723L);
    assertThat(SEEDS.batch(new Position(3, 7))).isEqualTo(3523074978559908296L);
  }

  @Test
  void noTwoPurposesOrPlacesShareASeed() {
    Set<Long> seeds = new HashSet<>(Set.of(SEEDS.weights(), SEEDS.split()));
    int places = 2;
    for (int epoch = 0; epoch < 100; epoch++) {
      seeds.add(SEEDS.order(epoch));
      for (int n = 0; n < 50; n++) {
        seeds.add(SEEDS.batch(new Position(epoch, n)));
        seeds.add(SEEDS.example(epoch, n));
      }
      places += 101;
    }

    assertThat(seeds).hasSize(places);
  }

  @Test
  void aPermutationHasEveryNumberOnce() {
    int[] permutation = new SplitMix64(5).permutation(1000);

    assertThat(permutation).isNotEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(Arrays.stream(permutation).sorted()).containsExactlyElementsOf(range(1000));
  }

  @Test
  void everyOrderOfThreeIsAboutEquallyLikely() {
    int[] seen = new int[27];
    SplitMix64 random = new SplitMix64(9);
    for (int i = 0; i < 6000; i++) {
      int[] order = random.permutation(3);
      seen[order[0] * 9 + order[1] * 3 + order[2]]++;
    }

    assertThat(Arrays.stream(seen).filter(count -> count > 0).boxed())
        .hasSize(6)
        .allSatisfy(count -> assertThat(count).isBetween(880, 1120));
  }

  @Test
  void aBoundIsAtLeastOne() {
    assertThatThrownBy(() -> new SplitMix64(1).nextInt(0)).hasMessageContaining("not 0");
  }

  private static Iterable<Integer> range(int end) {
    return () -> IntStream.range(0, end).iterator();
  }
}
