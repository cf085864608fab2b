package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.Retention.Best;
import baton.protocol.Retention.Goal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class KeepOptionsTest {
  @Command
  private static final class Keeper {
    @Mixin KeepOptions keep = new KeepOptions();
  }

  @Test
  void withoutAWordOnlyTheNewestAreKept() {
    KeepOptions none = parsed();

    assertThat(none.retention()).isEqualTo(Retention.NEWEST_ONLY);
    assertThat(none.last(Policy.DEFAULT)).isEqualTo(3);
  }

  @Test
  void whatIsKeptBesidesIsSaidInOneWordEach() {
    KeepOptions all =
        parsed("--keep-last=5", "--keep-best=wer:min", "--keep-every=10", "--keep-bytes=1.5 GB");

    assertThat(all.last(Policy.DEFAULT)).isEqualTo(5);
    assertThat(all.retention())
        .isEqualTo(
            new Retention(
                Optional.of(new Best("wer", Goal.MIN)),
                Optional.of(10),
                Optional.of(1_500_000_000L)));
    assertThat(parsed("--keep-bytes", "20GB").retention().bytes()).contains(20_000_000_000L);
    assertThat(parsed("--keep-best", "val:loss:MAX").retention().best())
        .contains(new Best("val:loss", Goal.MAX));
  }

  @Test
  void whatMakesNoSenseIsToldWithAnExample() {
    assertThatThrownBy(() -> parsed("--keep-best=wer"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("such as wer:min");
    assertThatThrownBy(() -> parsed("--keep-best=:min")).isInstanceOf(ParameterException.class);
    assertThatThrownBy(() -> parsed("--keep-bytes=lots"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("such as 20GB");
  }

  private static KeepOptions parsed(String... arguments) {
    Keeper keeper = new Keeper();
    new CommandLine(keeper).parseArgs(arguments);
    return keeper.keep;
  }
}
