package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.Trouble.Kind;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingFailuresTest {
  @Test
  void whatBatonCannotSaveIsNoFaultOfTheProgram() {
    Trouble trouble =
        TrainingFailures.of("saving tiny at e0-b1", new UnsavableArrayException("COMPLEX64"));

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.message())
        .isEqualTo(
            "Baton has a limit that was met while saving tiny at e0-b1: an array of COMPLEX64 cannot"
                + " be saved.");
  }

  @Test
  void memoryThatRunsOutIsTheMachines() {
    assertThat(kindOf(new OutOfMemoryError("Java heap space"))).isEqualTo(Kind.MACHINE);
    assertThat(kindOf(new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB")))
        .isEqualTo(Kind.MACHINE);
    assertThat(kindOf(new EngineException("DefaultCPUAllocator: can't allocate memory: you tried")))
        .isEqualTo(Kind.MACHINE);
  }

  @Test
  void aDeviceThatFailsIsTheMachinesUnlessTheProgramBrokeAnAssertion() {
    assertThat(kindOf(new EngineException("CUDA error: unspecified launch failure")))
        .isEqualTo(Kind.MACHINE);
    assertThat(kindOf(new EngineException("CUDA error: device-side assert triggered")))
        .isEqualTo(Kind.PROGRAM);
  }

  @Test
  void anOperationWithoutADeterministicFormBarsTheGpuAndNotTheJob() {
    Trouble trouble =
        TrainingFailures.of(
            "training x at e0-b0",
            new EngineException(
                "max_pool3d_with_indices_backward_cuda does not have a deterministic"
                    + " implementation, but you set torch.use_deterministic_algorithms"));

    assertThat(trouble.kind()).isEqualTo(Kind.MACHINE);
    assertThat(trouble.message()).contains("cannot come out the same twice", "max_pool3d");
    assertThat(trouble.remedy()).contains("--device cpu");
  }

  @Test
  void aDiskThatFailsIsTheMachines() {
    assertThat(kindOf(new IOException("Input/output error"))).isEqualTo(Kind.MACHINE);
    assertThat(kindOf(new UncheckedIOException(new IOException("Stale file handle"))))
        .isEqualTo(Kind.MACHINE);
    assertThat(kindOf(new UnsatisfiedLinkError("no djl_torch"))).isEqualTo(Kind.MACHINE);
  }

  @Test
  void whatTheProgramThrowsIsToldByClassAndFirstLine() {
    Trouble trouble =
        TrainingFailures.of(
            "training x at e1-b2", new IllegalStateException("bad row\n  at line 3"));

    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message())
        .isEqualTo("The program failed while training x at e1-b2: IllegalStateException: bad row.");
  }

  @Test
  void anEndlessMessageIsCut() {
    assertThat(TrainingFailures.of("training", new RuntimeException("x".repeat(9_999))).message())
        .hasSizeLessThan(600);
  }

  @Test
  void aLossThatIsNoNumberEndsTheRunAtItsPosition() throws Exception {
    try (Run run =
        Track.fresh(Track.program(DivergesAtStepThree::new), Track.job(1, 1, Map.of()))) {
      run.step();
      run.step();

      Trouble trouble = catchThrowableOfType(TroubleException.class, run::step).trouble();

      assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
      assertThat(trouble.message()).isEqualTo("The loss of tiny is NaN at e0-b2.");
      assertThat(trouble.remedy()).contains("learningRate");
      assertThat(run.position()).isEqualTo(new Position(0, 2));
      assertThatThrownBy(run::step).hasMessageContaining("begin again from the last checkpoint");
      assertThatThrownBy(run::snapshot).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void afterARunThatFailedTheNextOneTrains() throws Exception {
    try (Run run = Track.fresh(Track.program(ThrowsInLoss::new), Track.job(1, 1, Map.of()))) {
      Trouble trouble = catchThrowableOfType(TroubleException.class, run::step).trouble();
      assertThat(trouble.message())
          .isEqualTo(
              "The program failed while training tiny at e0-b0: UnsupportedOperationException: no"
                  + " loss today.");
    }

    try (Run run = Track.fresh(Track.program(TinyImages::new), Track.job(1, 1, Map.of()))) {
      assertThat(run.step().position()).isEqualTo(new Position(0, 1));
    }
  }

  @Test
  void aBadParameterIsToldBeforeTheFirstStep() {
    TroubleException error =
        catchThrowableOfType(
            TroubleException.class,
            () ->
                Track.fresh(
                    Track.program(TinyImages::new), Track.job(1, 1, Map.of("dropuot", 0.1))));

    assertThat(error.trouble().message()).isEqualTo("The program tiny has no parameter dropuot.");
  }

  @Test
  void behindTheLastEpochThereIsNoStep() throws Exception {
    try (Run run = Track.fresh(Track.program(TinyImages::new), Track.job(1, 1, Map.of()))) {
      Track.trainOnly(run, Position.ofEpochs(1));

      assertThatThrownBy(run::step).hasMessage("the job ends at e1-b0");
    }
  }

  private static Kind kindOf(Throwable error) {
    return TrainingFailures.of("training", error).kind();
  }

  private static final class DivergesAtStepThree extends TinyImages {
    private int step;

    DivergesAtStepThree(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public NDArray loss(NDList labels, NDList predictions) {
      NDArray loss = super.loss(labels, predictions);
      return ++step < 3 ? loss : loss.mul(Float.NaN);
    }
  }

  private static final class ThrowsInLoss extends TinyImages {
    ThrowsInLoss(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public NDArray loss(NDList labels, NDList predictions) {
      throw new UnsupportedOperationException("no loss today");
    }
  }
}
