package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Retention;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobFileTest {
  private static final JobFile FILE =
      JobFile.of(
          new JobId("job-1"),
          JobSpec.of("digits", "digits", 24).withParameters(Map.of("rate", 0.1)).withSeed(7));

  @Test
  void whatWasSubmittedIsReadAgain() {
    assertThat(JobFile.read(FILE.write())).isEqualTo(FILE);
  }

  @Test
  void oneOfAnOlderBatonKeepsTheNewestOnly() {
    String older = FILE.write().replaceFirst(",\"retention\":\\{[^}]*}", "");

    assertThat(older).doesNotContain("retention");
    assertThat(JobFile.read(older).spec().policy().retention()).isEqualTo(Retention.NEWEST_ONLY);
  }

  @Test
  void oneOfANewerBatonIsRefusedWithWhatToDo() {
    String newer = FILE.write().replace("\"format\":1", "\"format\":2");

    assertThatThrownBy(() -> JobFile.read(newer)).hasMessageContaining("upgrade this one");
  }

  @Test
  void whatWasEditedIsToldByItsField() {
    assertThatThrownBy(() -> JobFile.read("")).hasMessageContaining("job.json");
    assertThatThrownBy(() -> JobFile.read("null")).hasMessageContaining("job.json");
    assertThatThrownBy(() -> JobFile.read("{\"format\":1}")).hasMessageContaining("a spec");
    assertThatThrownBy(
            () -> JobFile.read(FILE.write().replace("\"epochs\":24", "\"epochs\":\"many\"")))
        .hasMessageContaining("epochs");
  }
}
