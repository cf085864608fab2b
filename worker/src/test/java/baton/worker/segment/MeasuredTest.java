package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the next upload will hardly exceed. */
class MeasuredTest {
  private final Measured uploads = new Measured();

  @Test
  void aFewThatAreAlikeGetATenthOfReserve() {
    add(100, 100);

    assertThat(uploads.safely()).isEqualTo(seconds(110));
  }

  @Test
  void ofAFewTheSlowestCounts() {
    add(100, 160, 100);

    assertThat(uploads.safely()).isEqualTo(seconds(160));
  }

  @Test
  void ofTwentyOneThatIsFarOffDoesNot() {
    add(400);
    IntStream.range(0, 19).forEach(i -> add(100 + i));

    assertThat(uploads.safely()).as("1.1 of the median, 110 s").isEqualTo(seconds(121));
  }

  @Test
  void whatIsLongPastIsForgotten() {
    add(400, 400);
    IntStream.range(0, 20).forEach(i -> add(100));

    assertThat(uploads.safely()).isEqualTo(seconds(110));
  }

  private void add(int... all) {
    IntStream.of(all).forEach(each -> uploads.add(seconds(each)));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
