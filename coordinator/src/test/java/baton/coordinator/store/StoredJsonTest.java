package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Certificate;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Resume;
import baton.coordinator.lease.Samples;
import baton.coordinator.lease.Submit;
import baton.protocol.AfterCommit;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.Segment;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoredJsonTest {
  private final StoredJson json = new StoredJson();

  static Stream<Outcome> outcomes() {
    return Stream.of(
        new Outcome.Submitted(new JobId("a")),
        new Outcome.Granted(
            new JobId("a"),
            new Fence(1L << 40),
            new Segment(new Position(1, 2), Position.ofEpochs(2)),
            Optional.empty(),
            Sample.STORE),
        new Outcome.Renewed(Directive.GO_ON, ""),
        new Outcome.Committed(
            Sha256.ofText("x"),
            AfterCommit.TRAIN_ON,
            Optional.of(Position.ofEpochs(3)),
            Verified.WORKER),
        new Outcome.Committed(
            Sha256.ofText("x"), AfterCommit.COMPLETE, Optional.empty(), Verified.COORDINATOR),
        new Outcome.Released(),
        new Outcome.Now(JobState.PAUSED),
        new Outcome.Refused(Refusal.STALE_FENCE, "Stop."));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void anOutcomeComesBackAsItWas(Outcome outcome) {
    assertThat(json.outcome(json.of(outcome))).isEqualTo(outcome);
  }

  @Test
  void everyKindOfOutcomeHasAName() {
    assertThat(outcomes().map(Object::getClass).distinct())
        .hasSameElementsAs(Arrays.asList(Outcome.class.getPermittedSubclasses()));
  }

  @Test
  void theNameOfAnOutcomeIsNotThatOfItsClass() {
    assertThat(json.of(new Outcome.Released())).isEqualTo("{\"outcome\":\"released\"}");
  }

  @Test
  void measurementsComeBackToTheLastBit() {
    List<Measurement> measured =
        List.of(
            new Measurement(
                new Position(3, 4), Map.of("loss", 0.1 + 0.2, "least", Double.MIN_VALUE)));

    assertThat(json.measurements(json.of(measured))).isEqualTo(measured);
  }

  @Test
  void aJobOfAnOlderBatonKeepsItsNewestAndNothingApart() {
    Job job =
        new Submit(new JobId("job-1"), Samples.spec("digits"), Optional.empty())
            .decide(Samples.NOON)
            .changed()
            .orElseThrow();
    String older =
        json.of(job)
            .replaceFirst(",\"shelf\":\\{[^}]*\\{[^}]*\\}\\}", "")
            .replaceFirst(",\"retention\":\\{[^}]*\\}", "");

    assertThat(older).doesNotContain("shelf", "retention");
    assertThat(json.job(older)).isEqualTo(job);
  }

  @Test
  void aJobOfAnOlderBatonHasCheckpointsOfTheFirstFormatAndAcceptsNoChange() {
    Job leased = Samples.leasedTo("b", Samples.broughtTo(Samples.waiting(), "a", 1, 0));
    String text = json.of(leased);
    String older =
        text.replace(",\"format\":1", "")
            .replace(",\"checkpointFormat\":2", "")
            .replace(",\"acceptChange\":false", "");

    Job read = json.job(older);

    assertThat(older).doesNotContain("format", "Format", "acceptChange").isNotEqualTo(text);
    assertThat(read.chain()).isEqualTo(leased.chain());
    assertThat(read.acceptChange()).isFalse();
    assertThat(read.lease().orElseThrow().ask().checkpointFormat()).isEqualTo(1);
  }

  @Test
  void aJobRemembersThatAPersonAcceptsAChange() {
    Job job =
        Samples.after(
            Samples.broughtTo(Samples.waiting(), "a", 1, 0), new Resume(true, Optional.empty()));

    assertThat(json.job(json.of(job))).isEqualTo(job);
  }

  @Test
  void aMeasurementWithAGapComesBackWithIt() {
    List<Measurement> measured =
        List.of(new Measurement(new Position(3, 4), Map.of("f1", Double.NaN, "loss", 0.5)));

    assertThat(json.of(measured)).contains("\"f1\":null");
    assertThat(json.measurements(json.of(measured))).isEqualTo(measured);
  }

  @Test
  void aJobComesBackWithWhatItKeeps() {
    Retention retention =
        new Retention(
            Optional.of(new Retention.Best("wer", Retention.Goal.MIN)),
            Optional.of(5),
            Optional.of(1L << 40));
    JobSpec spec =
        JobSpec.of("digits", "digits", 6)
            .withSeed(7)
            .withPolicy(Samples.POLICY.keeping(2, retention));
    Job job =
        new Submit(new JobId("job-1"), spec, Optional.empty())
            .decide(Samples.NOON)
            .changed()
            .orElseThrow();

    assertThat(json.job(json.of(job)).spec().policy().retention()).isEqualTo(retention);
  }

  @Test
  void aJobOfATimeBeforeDataTrainsOnWhatItsProgramBringsAlong() {
    Job job = Sample.submitted("old", Sample.START).changed();
    String text = json.of(job);
    String old = text.replaceFirst(",\"data\":null", "");
    assertThat(old).isNotEqualTo(text);
    assertThat(json.job(old)).isEqualTo(job);
  }

  @Test
  void aJobKeepsItsData() {
    Job job = Sample.submitted("new", Sample.START).changed();
    Data data =
        new Data(
            "grid",
            1,
            List.of(
                new DataFile(
                    "a.tar", 9, Sha256.ofText("x"), new DataSource.Web("https://example.com/a"))));
    String with =
        json.of(job)
            .replaceFirst("\"data\":null", Matcher.quoteReplacement("\"data\":" + text(data)));
    assertThat(json.job(with).spec().data()).contains(data);
    assertThat(json.of(json.job(with))).isEqualTo(with);
  }

  private static String text(Data data) {
    DataFile file = data.files().get(0);
    return "{\"name\":\"grid\",\"order\":1,\"files\":[{\"path\":\"a.tar\",\"size\":9,\"sha256\":\"%s\",\"source\":\"%s\"}]}"
        .formatted(file.sha256(), file.source().text());
  }

  @Test
  void aValueThisBatonCannotReadIsNotGuessed() {
    assertThatThrownBy(() -> json.outcome("{\"outcome\":\"unheard-of\"}"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot read");
  }

  @Test
  void aJobOfBeforeCertificatesIsReadAndSaysThatNothingIsKnown() {
    Job begun = Samples.broughtTo(Samples.waiting(), "a", 1, 0);
    String old = json.of(begun).replaceFirst(",\"certificate\":\\{\"stretches\":\\[\\{.*?}]}", "");

    Job read = json.job(old);

    assertThat(old).doesNotContain("certificate");
    assertThat(read.chain()).isEqualTo(begun.chain());
    assertThat(read.certificate().verdict()).isEqualTo(Certificate.Verdict.UNKNOWN);
    assertThat(json.job(json.of(begun))).isEqualTo(begun);
  }
}
