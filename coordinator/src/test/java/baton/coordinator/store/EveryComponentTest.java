package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Budget;
import baton.coordinator.lease.Certificate;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.PinnedCheckpoints;
import baton.coordinator.lease.Samples;
import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Json;
import baton.protocol.LifetimeEstimate;
import baton.protocol.NumericProfile;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Verified;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.HazardBody;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.LeaseAnswer;
import baton.protocol.message.LeaseRequest;
import baton.protocol.message.LentAccess;
import baton.protocol.message.RenewAnswer;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.SavingBody;
import baton.protocol.message.StatusView;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each value that is sent or stored comes back with all it had. A component that is added must be
 * given here a value that is not the default, and then arrive by every way.
 */
class EveryComponentTest {
  private static final Data DATA =
      new Data(
          "grid",
          2,
          List.of(
              new DataFile(
                  "a.tar", 9, Sha256.ofText("a"), new DataSource.Web("https://example.com/a"))));
  private static final JobSpec PLAIN =
      new JobSpec(
          "plain", "digits", Map.of(), 1, 0, 0, Optional.empty(), Policy.DEFAULT, Optional.empty());
  private static final JobSpec FULL =
      new JobSpec(
          "full",
          "forger",
          Map.of("rate", 0.1, "layers", 3, "optimizer", "adam", "augment", true),
          24,
          7,
          5,
          Optional.of(Samples.STORE),
          policy(),
          Optional.of(DATA));

  @TempDir Path folder;

  private static Policy policy() {
    Map<Phase, PhaseLimit> limits = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      limits.put(phase, PhaseLimit.ofMinutes(3 + phase.ordinal(), 300 + phase.ordinal()));
    }
    return new Policy(
        Duration.ofSeconds(61),
        2,
        Cadence.EVERY_EPOCH,
        4,
        11,
        6,
        5,
        Duration.ofMinutes(12),
        limits,
        new Retention(
            Optional.of(new Retention.Best("wer", Retention.Goal.MIN)),
            Optional.of(5),
            Optional.of(1L << 40)));
  }

  @Test
  void aSubmissionArrivesWholeByHttpAndInAGrantAndInTheJobFile() throws IOException {
    requireNoDefault(FULL, PLAIN);
    requireNoDefault(FULL.policy(), Policy.DEFAULT);
    requireNoDefault(FULL.policy().retention(), Retention.NEWEST_ONLY);

    assertThat(sent(JobSubmission.from(FULL)).toSpec()).isEqualTo(FULL);
    assertThat(JobFile.read(JobFile.of(new JobId("job-1"), FULL).write()).spec()).isEqualTo(FULL);
    assertThat(FULL.withName("other").withName(FULL.name())).isEqualTo(FULL);
  }

  @Test
  void anAskAndItsGrantArriveWholeByHttp() throws IOException {
    Ask ask = fullAsk();
    requireNoDefault(ask, ask("plain", Set.of("digits"), Optional.empty(), 1));
    Segment segment = new Segment(new Position(1, 2), Position.ofEpochs(2));
    Checkpoint head = checkpoint(Optional.of(Sha256.ofText("parent")), segment.from(), 2);
    Grant plain =
        new Grant(
            new JobId("job-plain"),
            PLAIN,
            new Fence(1),
            Duration.ofSeconds(60),
            Duration.ZERO,
            new Segment(Position.START, Position.ofEpochs(1)),
            Optional.empty(),
            new StoreId("store-plain"),
            Optional.empty(),
            false);
    Grant full =
        new Grant(
            new JobId("job-full"),
            FULL,
            new Fence(9),
            Duration.ofSeconds(61),
            Duration.ofSeconds(3),
            segment,
            Optional.of(head),
            new StoreId("store-full"),
            Optional.of(new LifetimeEstimate(Duration.ofHours(3), 5, Duration.ofHours(15))),
            true);
    requireNoDefault(full, plain);

    assertThat(sent(LeaseRequest.from(ask)).toAsk()).isEqualTo(ask);
    assertThat(sent(LeaseAnswer.from(full)).toGrant()).isEqualTo(full);
  }

  @Test
  void aRenewalAndItsAnswerArriveWholeByHttp() throws IOException {
    Position start = Position.START;
    HazardBody hazard = new HazardBody(5, 6, 7);
    SavingBody saving = new SavingBody(3, 2L, 4L, hazard);
    requireNoDefault(saving, new SavingBody(0, null, null, new HazardBody(1, 0, 0)));
    RenewRequest plain = new RenewRequest(Phase.SETUP, start, 0, null, null, null, null);
    RenewRequest full =
        new RenewRequest(
            Phase.TRAIN, new Position(1, 2), 1L << 40, 0.5, saving, Sha256.ofText("token"), true);
    requireNoDefault(full, plain);
    LentAccess access =
        new LentAccess("drive", "ya29.x", 9, "a@b.c", "client", "root", Samples.STORE);
    RenewAnswer nothing = new RenewAnswer(0, 0, Directive.GO_ON, null, null, null);
    RenewAnswer answer = new RenewAnswer(1, 2, Directive.STOP, "paused", hazard, access);
    requireNoDefault(answer, nothing);

    for (Record message : List.of(plain, full, nothing, answer)) {
      assertThat(sent(message)).isEqualTo(message);
    }
  }

  @Test
  void whatPeopleAreShownArrivesWholeByHttp() throws IOException {
    Checkpoint head = checkpoint(Optional.empty(), Position.ofEpochs(1), 2);
    CheckpointView measured =
        new CheckpointView(
            head, "KEPT", Verified.COORDINATOR, Sample.START, Map.of("accuracy", 0.9));
    StatusView.DriveView drive =
        new StatusView.DriveView(
            "a@b.c", "client", Samples.STORE, true, "Sign in again.", 3L << 40, 2L << 40, 1L << 40);
    StatusView.WaitingView waiting =
        new StatusView.WaitingView(new SessionId("session-9"), "anna", "cpu", List.of("digits"));
    requireNoDefault(
        drive,
        new StatusView.DriveView(null, null, new StoreId("none"), false, null, null, null, null));

    for (Record message :
        List.of(measured, drive, waiting, new StatusView(List.of(), List.of(waiting), drive))) {
      assertThat(sent(message)).isEqualTo(message);
    }
  }

  @Test
  void aJobIsStoredWholeAndSoIsWhatABackUpHasOfIt() {
    Job full = fullJob();
    Job plain = Sample.submit("plain").decide(Sample.START).changed().orElseThrow();
    requireNoDefault(full, plain);
    requireNoDefault(full.budget(), plain.budget());
    requireNoDefault(full.shelf(), plain.shelf());

    Database database = SqliteDatabase.open(folder.resolve("baton.db"));
    try (SqlJobStore store = new SqlJobStore(database)) {
      store.save(
          List.of(
              new Transition(
                  0,
                  full,
                  new Outcome.Now(JobState.RUNNING),
                  List.of(),
                  Optional.empty(),
                  () -> true)));
      Backup.take(database, folder.resolve("copy.db"));
    }

    for (String name : List.of("baton.db", "copy.db")) {
      try (SqlJobStore store = new SqlJobStore(SqliteDatabase.open(folder.resolve(name)))) {
        assertThat(store.find(full.id())).as(name).contains(full);
      }
    }
  }

  private static Job fullJob() {
    Checkpoint first = checkpoint(Optional.empty(), new Position(0, 5), 2);
    Checkpoint head = checkpoint(Optional.of(first.digest()), new Position(1, 2), 3);
    Checkpoint apart = checkpoint(Optional.of(head.digest()), new Position(0, 9), 2);
    Segment segment = new Segment(new Position(1, 2), Position.ofEpochs(2));
    SessionId session = new SessionId("session-9");
    NumericProfile profile = new NumericProfile(Map.of("device", "cpu"));
    return new Job(
        new JobId("job-full"),
        FULL,
        4,
        JobState.PAUSING,
        Optional.of("A person pauses it."),
        Optional.of(Samples.STORE),
        List.of(head, first),
        new PinnedCheckpoints(List.of(apart), Map.of(apart.digest(), 0.5)),
        true,
        new Fence(9),
        Optional.of(new Lease(new Fence(9), fullAsk(), segment, Sample.START.plusSeconds(5))),
        new Budget(
            1,
            2,
            List.of(new Budget.Failure(session, "It has no such layer.")),
            Set.of(session),
            Map.of("Tesla T4", new Budget.Bar(Sample.START, "Its memory is full.", "Wait.")),
            Optional.of(new Budget.Accusation(session, head.digest()))),
        Sample.START.plusSeconds(1),
        Sample.START.plusSeconds(2),
        new Certificate(List.of(new Certificate.Stretch(profile, first.position(), new Fence(8)))),
        true);
  }

  private static Ask fullAsk() {
    Set<String> programs = Set.of("digits", "forger");
    return ask("full", programs, Optional.of(Duration.ofHours(4)), Manifest.FORMAT);
  }

  private static Ask ask(String name, Set<String> programs, Optional<Duration> endsIn, int format) {
    Sha256 secret = Sha256.ofText("secret of " + name);
    Set<StoreId> stores = Set.of(new StoreId("store-of-" + name));
    SessionId session = new SessionId("session-" + name);
    return new Ask(secret, session, name, programs, stores, "gpu of " + name, endsIn, format);
  }

  private static Checkpoint checkpoint(Optional<Sha256> parent, Position at, int format) {
    return new Checkpoint(
        Sha256.ofText("manifest at " + at),
        parent,
        at,
        new Fence(8),
        "job-b/e1-b2",
        Sha256.ofText("state"),
        1_000,
        format);
  }

  /** Fails for a component that has the same value in both: it would prove nothing. */
  private static void requireNoDefault(Record full, Record plain) {
    for (RecordComponent component : full.getClass().getRecordComponents()) {
      assertThat(value(component, full))
          .as("%s of %s", component.getName(), full.getClass().getSimpleName())
          .isNotEqualTo(value(component, plain));
    }
  }

  private static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** A message after its way over the wire. */
  @SuppressWarnings("unchecked")
  private static <T> T sent(T message) throws IOException {
    String text = Json.writer().writeValueAsString(message);
    return (T) Json.readerFor(message.getClass()).readValue(text);
  }
}
