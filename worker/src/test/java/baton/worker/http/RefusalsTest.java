package baton.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.ProblemType;
import baton.worker.segment.WorkerRefusal;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {
  @ParameterizedTest
  @EnumSource(names = {"STALE_FENCE", "UNKNOWN_FENCE", "FOREIGN_SECRET", "LEASE_ENDED", "JOB_OVER"})
  void aLeaseThatIsOverStopsItsHolder(ProblemType type) {
    assertThat(Refusals.of(type)).contains(WorkerRefusal.LEASE_ENDED);
  }

  @ParameterizedTest
  @EnumSource(names = {"FILE_MISSING", "FILE_DIFFERENT"})
  void aCheckpointThatFailsItsCheckIsSavedAgain(ProblemType type) {
    assertThat(Refusals.of(type)).contains(WorkerRefusal.UNSOUND);
  }

  @Test
  void aServersTroublesAndARequestThatWasTooSlowMayPassAndNoOthers() {
    EnumSet<ProblemType> mayPass = EnumSet.allOf(ProblemType.class);
    mayPass.removeIf(type -> Refusals.of(type).isPresent());
    assertThat(mayPass)
        .contains(ProblemType.TOO_SLOW)
        .allMatch(type -> type.status() >= 500 || type == ProblemType.TOO_SLOW);
    EnumSet<ProblemType> refusals = EnumSet.complementOf(mayPass);
    assertThat(refusals).allMatch(type -> type.status() < 500);
  }
}
