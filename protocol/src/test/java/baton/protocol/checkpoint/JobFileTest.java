package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Retention;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobFileTest {
  private static final JobFile FILE =
      JobFile.of(
          new JobId("job-1"),
          new JobSpec(
              "digits",
              "digits",
              Map.of("rate", 0.1),
              24,
              7,
              0,
              Optional.empty(),
              Policy.DEFAULT,
              Optional.empty()));

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
