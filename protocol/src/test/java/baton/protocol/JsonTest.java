package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifests;
import baton.protocol.checkpoint.StateEntry;
import baton.protocol.checkpoint.StateFile;
import baton.protocol.checkpoint.StoreMarker;
import baton.protocol.checkpoint.Tensor;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.CommitAnswer;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.EventView;
import baton.protocol.message.HazardBody;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.LeaseAnswer;
import baton.protocol.message.LeaseRequest;
import baton.protocol.message.LentAccess;
import baton.protocol.message.Problem;
import baton.protocol.message.ReleaseRequest;
import baton.protocol.message.RenewAnswer;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.ResumeRequest;
import baton.protocol.message.SavingBody;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
import baton.protocol.message.UrlsAnswer;
import baton.protocol.message.UrlsRequest;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00.123456789Z");
  private static final Sha256 DIGEST = Sha256.ofText("x");
  private static final JobId JOB = new JobId("j1");
  private static final SessionId SESSION = new SessionId("s1");
  private static final StoreId STORE = new StoreId("st1");
  private static final Fence FENCE = new Fence((1L << 53) - 1);
  private static final Position POSITION = new Position(3, 4);
  private static final Segment SEGMENT = new Segment(POSITION, Position.ofEpochs(5));
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(DIGEST, Optional.of(DIGEST), POSITION, FENCE, "j1/f", DIGEST, 1L << 40, 2);
  private static final Retention RETENTION =
      new Retention(
          Optional.of(new Retention.Best("wer", Retention.Goal.MIN)),
          Optional.of(5),
          Optional.of(20_000_000_000L));
  private static final JobSpec SPEC =
      new JobSpec(
          "digits",
          "digits",
          Map.of("rate", 0.001, "layers", 3, "big", 1L << 60, "on", true, "name", "é"),
          24,
          -7,
          0,
          Optional.of(STORE),
          Policy.DEFAULT,
          Optional.empty());
  private static final LentUrls URLS =
      new LentUrls(
          STORE, List.of(new LentUrl(URI.create("https://b.s3/c?sig=d"), Map.of("x", "y"))));
  private static final StoreAccess ACCESS =
      new StoreAccess(
          StoreAccess.DRIVE, "ya29.x", Duration.ofMinutes(40), "a@b.c", "client", "root", STORE);
  private static final Grant GRANT =
      new Grant(
          JOB,
          SPEC,
          FENCE,
          Duration.ofMillis(60_001),
          Duration.ofMillis(1),
          SEGMENT,
          Optional.of(CHECKPOINT),
          STORE,
          Optional.empty(),
          false);
  private static final Data DATA =
      new Data(
          "grid", 1, List.of(new DataFile("a.tar", 1, DIGEST, new DataSource.DriveFile("1a"))));
  private static final Ask ASK =
      Ask.of(DIGEST, SESSION, "w", Set.of("digits"), Set.of(STORE), "cpu")
          .endingIn(Optional.of(Duration.ofHours(4)))
          .reading(Manifest.FORMAT);

  /** One of each; a record without an example fails {@link #everyRecordHasAnExample}. */
  static Stream<Record> examples() {
    return Stream.of(
        ASK,
        Cadence.EVERY_EPOCH,
        DATA,
        DATA.files().get(0),
        JobSpec.of("a", "b", 1).withData(DATA),
        CHECKPOINT,
        new Checkpoint(DIGEST, Optional.empty(), POSITION, FENCE, "j1/f", DIGEST, 0, 1),
        FENCE,
        GRANT,
        JOB,
        SPEC,
        new Measurement(POSITION, Map.of("loss", 0.1)),
        new Measurement(POSITION, Map.of("loss", 0.1, "accuracy", Double.NaN)),
        PhaseLimit.ofMinutes(1, 2),
        Policy.DEFAULT,
        Policy.DEFAULT.keeping(2, RETENTION),
        RETENTION,
        RETENTION.best().orElseThrow(),
        JobFile.of(JOB, SPEC),
        POSITION,
        SEGMENT,
        SESSION,
        DIGEST,
        STORE,
        Trouble.corrupt(DIGEST, "it differs"),
        Trouble.gone(DIGEST, "it is gone", "put it back"),
        Trouble.program("it failed", "mend it"),
        StoreMarker.of(STORE),
        new CheckpointFolder(JOB, NOON, POSITION, FENCE, 1),
        Manifests.example(),
        Manifests.example().files().get(0),
        new CheckpointView(CHECKPOINT, "kept", Verified.COORDINATOR, NOON, Map.of("accuracy", 0.9)),
        new CheckpointView(CHECKPOINT, "kept", Verified.WORKER, NOON, Map.of("f1", Double.NaN)),
        new CommitAnswer(DIGEST, AfterCommit.TRAIN_ON, POSITION, Verified.WORKER),
        new CommitAnswer(DIGEST, AfterCommit.COMPLETE, null, Verified.WORKER),
        new CommitRequest(null, POSITION, "{\n}", null),
        JobSubmission.from(SPEC),
        new JobSubmission("a", "b", null, 1, null, null, null, null, null),
        JobSubmission.from(SPEC).policy(),
        new JobSubmission.LimitBody(1, 2),
        new JobView(
            JOB,
            "leased",
            null,
            JobSubmission.from(SPEC),
            new JobView.DataView("digits", 2, 40, DIGEST),
            STORE,
            FENCE,
            CHECKPOINT,
            new JobView.CertificateView(
                "EQUIVALENT",
                "since",
                POSITION,
                FENCE,
                List.of(new JobView.DifferenceView("threads", "1", "2"))),
            lease(),
            new Measurement(POSITION, Map.of("accuracy", 0.5)),
            List.of("one"),
            NOON,
            7L,
            true),
        new JobView.DataView("digits", 2, 40, DIGEST),
        new JobView.CertificateView("EXACT", "exact", null, null, List.of()),
        new JobView.DifferenceView("threads", "1", "2"),
        new NumericProfile(Map.of("threads", "1")),
        new NumericProfile.Difference("threads", Optional.of("1"), Optional.empty()),
        lease(),
        LeaseAnswer.from(GRANT),
        LeaseAnswer.from(GRANT, Optional.of(ACCESS)),
        LeaseAnswer.from(accepting()),
        LeaseRequest.from(ASK),
        LeaseRequest.from(ASK, LeaseRequest.Borrows.ACCESS),
        LeaseRequest.from(ASK, LeaseRequest.Borrows.URLS),
        URLS,
        URLS.urls().get(0),
        UrlsAnswer.from(URLS).urls().get(0),
        UrlAsk.get("a"),
        UrlsRequest.from(List.of(UrlAsk.put("c", 3, DIGEST))).wanted().get(0),
        UrlsRequest.from(
            List.of(UrlAsk.get("a"), UrlAsk.head("b"), UrlAsk.put("job/c", 3, DIGEST))),
        UrlsAnswer.from(URLS),
        ACCESS,
        LentAccess.from(Optional.of(ACCESS)),
        new EventView(7, JOB, "mnist", "SUBMITTED", "submitted", NOON),
        new Problem("urn:baton:stale-fence", "t", 409, "d", null),
        new ReleaseRequest(ReleaseReason.FAILED, Trouble.machine("full", "make room")),
        new ReleaseRequest(ReleaseReason.COMPLETED, null),
        new ResumeRequest(true),
        new RenewAnswer(1, 2, Directive.GO_ON, null, null, null),
        RenewRequest.of(Phase.TRAIN, POSITION, 1L << 40)
            .withLoss(0.5)
            .withSaving(new SavingBody(3, null, 4L, new HazardBody(5, 6, 7))),
        new HazardBody(5, 6, 7),
        new SavingBody(3, 2L, null, new HazardBody(5, 6, 7)),
        LifetimeEstimate.PRIOR,
        new SaveInterval(
            Duration.ofSeconds(3), Optional.empty(), Optional.empty(), LifetimeEstimate.PRIOR),
        new RenewAnswer(1, 2, Directive.GO_ON, "", null, LentAccess.from(Optional.of(ACCESS))),
        RenewRequest.of(Phase.TRAIN, POSITION, 1L << 40).withLoss(0.5).borrowing(DIGEST, true),
        new StatusView(List.of(), List.of(), drive()),
        drive(),
        new SegmentView(FENCE, SESSION, "w", POSITION, POSITION, POSITION, null, NOON, null),
        waiting(),
        new StatusView(List.of(), List.of(waiting()), null));
  }

  private static Grant accepting() {
    return new Grant(
        JOB,
        SPEC,
        FENCE,
        Duration.ofMillis(60_001),
        Duration.ofMillis(1),
        SEGMENT,
        Optional.of(CHECKPOINT),
        STORE,
        Optional.of(LifetimeEstimate.PRIOR),
        true);
  }

  private static StatusView.DriveView drive() {
    return new StatusView.DriveView("a@b.c", "client", STORE, true, null, null, 1L << 40, 0L);
  }

  private static StatusView.WaitingView waiting() {
    return new StatusView.WaitingView(SESSION, "w", "cpu", List.of("digits"));
  }

  private static JobView.LeaseView lease() {
    return new JobView.LeaseView(
        FENCE, SESSION, "w", "cpu", SEGMENT, 0, Phase.SAVE, POSITION, null, "saves", NOON);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void whatIsWrittenIsReadAgain(Record example) throws JsonProcessingException {
    String text = Json.writer().writeValueAsString(example);

    Object read = Json.readerFor(example.getClass()).readValue(text);

    assertThat(read).isEqualTo(example);
    assertThat(Json.writer().writeValueAsString(read)).isEqualTo(text);
  }

  @Test
  void aMetricThatIsNotFiniteIsAGapWithItsName() throws JsonProcessingException {
    Measurement measured =
        new Measurement(
            POSITION, Map.of("f1", Double.NaN, "ratio", Double.NEGATIVE_INFINITY, "loss", 0.5));

    String text = Json.writer().writeValueAsString(measured);

    assertThat(text)
        .isEqualTo(
            "{\"position\":{\"epoch\":3,\"batch\":4},"
                + "\"values\":{\"f1\":null,\"loss\":0.5,\"ratio\":null}}");
    assertThat(Json.readerFor(Measurement.class).<Measurement>readValue(text)).isEqualTo(measured);
    assertThat(measured.values().get("ratio")).isNaN();
  }

  @Test
  void aMetricIsANumberOrAGapAndNothingElse() {
    for (String wrong : List.of("\"NaN\"", "\"0.5\"", "NaN", "true", "{}", "[0.5]")) {
      assertThatThrownBy(
              () ->
                  Json.readerFor(Measurement.class)
                      .readValue(
                          "{\"position\":{\"epoch\":3,\"batch\":4},\"values\":{\"f1\":"
                              + wrong
                              + "}}"))
          .as(wrong)
          .isInstanceOf(JsonProcessingException.class);
    }
  }

  @Test
  void whatAnOlderVersionLeavesOutIsOfTheFirstFormatAndAcceptsNothing()
      throws JsonProcessingException {
    String request = Json.writer().writeValueAsString(LeaseRequest.from(ASK));
    String checkpoint = Json.writer().writeValueAsString(CHECKPOINT);
    String answer = Json.writer().writeValueAsString(LeaseAnswer.from(accepting()));

    assertThat(
            Json.readerFor(LeaseRequest.class)
                .<LeaseRequest>readValue(request.replace(",\"checkpointFormat\":2", ""))
                .toAsk()
                .checkpointFormat())
        .isEqualTo(1);
    assertThat(
            Json.readerFor(Checkpoint.class)
                .<Checkpoint>readValue(checkpoint.replace(",\"format\":2", ""))
                .format())
        .isEqualTo(1);
    assertThat(
            Json.readerFor(LeaseAnswer.class)
                .<LeaseAnswer>readValue(answer.replace(",\"acceptChange\":true", ""))
                .toGrant()
                .acceptChange())
        .isFalse();
  }

  @Test
  void noTextOfARecordTellsAToken() {
    assertThat(examples().map(Record::toString))
        .noneMatch(text -> text.contains(ACCESS.token()))
        .anyMatch(text -> text.contains("access to the store st1 of a@b.c"));
  }

  @Test
  void everyRecordHasAnExample() throws Exception {
    Set<Class<?>> shown =
        examples().map(Object::getClass).collect(Collectors.toCollection(HashSet::new));
    shown.addAll(List.of(Tensor.class, StateFile.class, StateEntry.class)); // memory, no messages
    shown.addAll(Arrays.asList(DataSource.class.getPermittedSubclasses())); // each a text
    Path classes = Path.of(Json.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      List<String> records =
          files
              .map(file -> classes.relativize(file).toString())
              .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
              .map(file -> file.replace(".class", "").replace('/', '.'))
              .map(JsonTest::load)
              .filter(
                  type ->
                      type.isRecord() && java.lang.reflect.Modifier.isPublic(type.getModifiers()))
              .filter(type -> !shown.contains(type))
              .filter(type -> !type.getPackageName().endsWith(".client")) // values, never JSON
              .map(Class::getName)
              .toList();
      assertThat(records).as("records without an example in this test").isEmpty();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Json.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void absentFieldsAreLeftOutAndDatesAreForPeople() throws JsonProcessingException {
    assertThat(
            Json.writer()
                .writeValueAsString(new RenewAnswer(1, 2, Directive.STOP, null, null, null)))
        .isEqualTo("{\"ttlMs\":1,\"waitedMs\":2,\"directive\":\"STOP\"}");
    assertThat(Json.writer().writeValueAsString(NOON))
        .isEqualTo("\"2026-01-02T12:00:00.123456789Z\"");
    assertThat(Json.writer().writeValueAsString(Duration.ofSeconds(90))).isEqualTo("\"PT1M30S\"");
  }

  @Test
  void aReaderGuessesNothing() {
    assertRefused(
        "{\"epoch\":1,\"batch\":\"2\"}", "the field batch is missing or of the wrong type");
    assertRefused("{\"epoch\":1,\"batch\":2.0}", "the field batch is missing or of the wrong type");
    assertRefused("{\"epoch\":1}", "the field batch is missing or of the wrong type");
    assertRefused("{\"epoch\":1,\"batch\":2,\"x\":3}", "the field x is not known");
    assertRefused("{\"epoch\":1,\"batch\":-2}", "a position counts epochs and batches from zero");
    assertRefused("{\"epoch\":1,\"batch\":2}{}", "not JSON as expected");
    assertRefused("{\"epoch\":1,\n\"epoch\":1,\"batch\":2}", "not JSON as expected, at line 2");
    assertRefused("[", "not JSON as expected");
  }

  @Test
  void aValueThatLacksAFieldIsToldWithoutJavasWords() {
    assertThatThrownBy(() -> Json.readerFor(Segment.class).readValue("{}"))
        .isInstanceOfSatisfying(
            JsonProcessingException.class,
            e -> assertThat(Json.explain(e)).isEqualTo("a field is missing"));
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> Json.readerFor(Position.class).readValue(text))
        .isInstanceOfSatisfying(
            JsonProcessingException.class, e -> assertThat(Json.explain(e)).contains(why));
  }
}
