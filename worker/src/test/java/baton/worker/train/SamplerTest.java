package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  @Test
  void anEpochVisitsEveryExampleOnceAndItsLastBatchIsSmaller() {
    Sampler sampler = new Sampler(10, 4, 1);

    int[] visited =
        IntStream.range(0, 3).flatMap(index -> Arrays.stream(sampler.batch(index))).toArray();

    assertThat(Sampler.batches(10, 4)).isEqualTo(3);
    assertThat(sampler.batch(2)).hasSize(2);
    assertThat(Arrays.stream(visited).sorted().toArray())
        .isEqualTo(IntStream.range(0, 10).toArray());
  }

  @Test
  void aRunThatBeginsWithinAnEpochGetsTheBatchesThatAreLeft() {
    Sampler unbroken = new Sampler(100, 7, 3);
    unbroken.batch(0);
    unbroken.batch(1);

    assertThat(new Sampler(100, 7, 3).batch(2)).isEqualTo(unbroken.batch(2));
  }

  @Test
  void anotherSeedGivesAnotherOrder() {
    assertThat(new Sampler(100, 100, 1).batch(0)).isNotEqualTo(new Sampler(100, 100, 2).batch(0));
  }

  @Test
  void aBatchMayBeLargerThanTheEpoch() {
    assertThat(Sampler.batches(5, Integer.MAX_VALUE)).isEqualTo(1);
    assertThat(new Sampler(5, Integer.MAX_VALUE, 1).batch(0)).hasSize(5);
  }

  @Test
  void anEpochWithoutExamplesIsRefused() {
    assertThatThrownBy(() -> Sampler.batches(0, 8)).hasMessageContaining("not 0");
  }

  @Test
  void behindTheLastBatchThereIsNone() {
    assertThatThrownBy(() -> new Sampler(8, 4, 1).batch(2))
        .hasMessage("an epoch of 2 batches has no batch 2");
  }
}
