package baton.proofs.history;

import static org.assertj.core.api.Assertions.assertThat;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.Entry.Remains;
import baton.proofs.history.Finding.Kind;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the outsider notices: it must be able to fail, in each of its points. Times in ms. */
class CheckerTest {
  private static final JobId JOB = new JobId("job");
  private static final long TTL = 5_000;

  private final List<Entry> history = new ArrayList<>();
  private final List<Remains.Segment> segments = new ArrayList<>();
  private final List<Remains.Checkpoint> checkpoints = new ArrayList<>();
  private Sha256 head = digest(2);
  private String state = "COMPLETE";
  private Fence fence = new Fence(9);

  /** Lease 1 commits the first epoch and vanishes; lease 2 commits the last and gives back. */
  CheckerTest() {
    history.add(call(Op.SUBMIT, 0, 0, null, null, null));
    history.add(grant(1, 1, 100));
    history.add(renewal(1, 1_000));
    history.add(commit(1, 1, 1_200, "TRAIN_ON"));
    history.add(grant(2, 2, 7_000));
    history.add(commit(2, 2, 8_000, "COMPLETE"));
    segments.add(new Remains.Segment(new Fence(1), session(1), Position.START, "LOST"));
    segments.add(new Remains.Segment(new Fence(2), session(2), Position.ofEpochs(1), "COMPLETED"));
    checkpoints.add(checkpoint(1, 1));
    checkpoints.add(checkpoint(2, 2));
  }

  @Test
  void aSoundHistoryHasNoFindings() {
    Judgement judgement = judge();

    assertThat(judgement.findings()).isEmpty();
    assertThat(judgement.acknowledged()).as("submitted, two grants, two commits").isEqualTo(5);
  }

  @Test
  void aRepeatIsNoTransitionOfItsOwn() {
    history.add(commit(1, 1, 1_400, "TRAIN_ON"));
    history.add(grant(2, 2, 7_100));

    assertThat(judge().acknowledged()).isEqualTo(5);
    assertThat(judge().isOk()).isTrue();
  }

  @Test
  void oneFenceOfTwoSessionsIsFound() {
    history.add(grant(2, 3, 7_050));

    assertFound(Kind.DUPLICATE_FENCE, "lease 2 was granted to session-2 and to session-3");
  }

  @Test
  void oneFenceOfTwoSecretsIsFound() {
    history.set(4, withSecret(grant(2, 2, 7_000), "one"));
    history.add(withSecret(grant(2, 2, 7_050), "one"));
    assertThat(judge().findings()).as("the same secret asked again").isEmpty();

    history.add(withSecret(grant(2, 2, 7_100), "another"));
    assertFound(Kind.DUPLICATE_FENCE, "lease 2 was granted to two secrets");
  }

  private static Call withSecret(Call grant, String secret) {
    return new Call(
        grant.op(),
        grant.client(),
        grant.sent(),
        grant.answered(),
        grant.outcome(),
        grant.job(),
        grant.fence(),
        grant.session(),
        grant.position(),
        grant.parent(),
        Sha256.ofText(secret),
        grant.ttlMs(),
        grant.waitedMs(),
        grant.next(),
        grant.refusal());
  }

  @Test
  void aSegmentThatStartsElsewhereThanItsGrantIsLost() {
    segments.set(1, new Remains.Segment(new Fence(2), session(2), Position.START, "COMPLETED"));

    assertFound(Kind.LOST, "lacks the acquire under lease 2 at e1-b0");
  }

  @Test
  void aLeaseThatGoesOnAfterItsEndIsFound() {
    segments.add(new Remains.Segment(new Fence(2), session(2), Position.ofEpochs(2), "COMPLETED"));

    assertFound(Kind.WRONG, "a segment of lease 2 comes after one of 2");
  }

  @Test
  void aFenceBelowOneThatWasKnownIsFound() {
    segments.add(new Remains.Segment(new Fence(1), session(1), Position.START, "LOST"));
    history.set(1, grant(1, 1, 9_000));

    assertFound(Kind.WRONG, "lease 1 was granted after a higher one");
  }

  @Test
  void aGrantBeforeTheLastTtlIsOverIsFound() {
    history.add(renewal(1, 2_500));

    assertFound(Kind.DOUBLE_HOLDER, "lease 2 was granted 490 ms before lease 1 could run out");
  }

  @Test
  void aRenewalInTheLastMomentRacesWithTheNextGrant() {
    history.add(renewal(1, 5_500));

    assertThat(judge().findings()).as("a lease renewed at 1 s runs out at 6 s").isEmpty();
  }

  @Test
  void whoIsRenewedLongAfterALateRenewalIsNotOusted() {
    history.set(4, grant(2, 2, 20_000));
    history.set(5, commit(2, 2, 21_000, "COMPLETE"));
    history.add(renewal(1, 9_000)); // late: it was told 6 s, and nobody wanted the job
    history.add(renewal(1, 12_000));

    assertThat(judge().findings()).as("a grant may be on its way").isEmpty();

    history.add(renewal(1, 15_500));
    assertFound(Kind.DOUBLE_HOLDER, "lease 2 was granted 490 ms before lease 1 could run out");
  }

  @Test
  void aGrantThatDoesNotSeeAnAcknowledgedCommitIsFound() {
    history.set(4, grant(2, 2, 7_000, Position.START));

    assertFound(Kind.LOST, "lease 2 starts at e0-b0, though e1-b0 had been committed");
  }

  @Test
  void aRepeatWithAnotherAnswerIsFound() {
    history.add(commit(1, 1, 1_400, "RELEASE"));

    assertFound(Kind.WRONG, "the commit at e1-b0 was answered TRAIN_ON and RELEASE");
  }

  @Test
  void aRefusedCommitThatIsThereIsFound() {
    history.add(came(commit(1, 1, 1_100, null), Outcome.UNKNOWN));
    history.add(came(commit(1, 1, 1_150, null), Outcome.REFUSED));

    assertFound(Kind.WRONG, "the commit at e1-b0 was refused, and is there");
  }

  @Test
  void aLeaseGivenBackMayBeGrantedAtOnce() {
    history.add(renewal(1, 6_900));
    history.add(call(Op.RELEASE, 6_950, 6_960, 1, null, null));
    segments.set(0, new Remains.Segment(new Fence(1), session(1), Position.START, "RELEASED"));

    assertThat(judge().findings()).isEmpty();
  }

  @Test
  void aCommitOfWhoLostTheLeaseIsFound() {
    checkpoints.add(1, checkpoint(3, 1, digest(1)));
    checkpoints.set(2, checkpoint(4, 2, digest(3)));
    head = digest(4);
    history.set(5, call(Op.COMMIT, 8_000, 8_010, 2, 4, digest(3), "COMPLETE"));
    history.add(call(Op.COMMIT, 7_500, 7_510, 1, 3, digest(1), "TRAIN_ON"));

    assertFound(
        Kind.DOUBLE_HOLDER,
        "a commit under lease 1 was acknowledged after lease 2 had been granted");
  }

  @Test
  void aLateRepeatOfAnEarlierCommitIsNoLateCommit() {
    history.add(commit(1, 1, 9_000, "TRAIN_ON"));

    assertThat(judge().findings()).isEmpty();
  }

  @Test
  void aRenewalOfWhoLostTheLeaseIsFound() {
    history.add(renewal(1, 7_500, 0));

    assertFound(Kind.WRONG, "a renewal under lease 1 was acknowledged after lease 2");
  }

  @Test
  void anAcknowledgedCommitThatIsGoneIsLost() {
    checkpoints.remove(1);
    head = digest(1);

    assertFound(Kind.LOST, "lacks the commit under lease 2 at e2");
  }

  @Test
  void anAcknowledgedGrantThatIsGoneIsLost() {
    segments.remove(0);

    assertFound(Kind.LOST, "lacks the acquire under lease 1");
  }

  @Test
  void anAcknowledgedReleaseThatIsGoneIsLost() {
    history.add(call(Op.RELEASE, 6_000, 6_010, 1, null, null));

    assertFound(Kind.LOST, "lacks the release under lease 1");
  }

  @Test
  void aJobThatIsNotCompleteThoughItWasSaidIsLost() {
    state = "RUNNING";

    assertFound(Kind.LOST, "lacks the commit under lease 2");
  }

  @Test
  void aJobThatIsGoneIsLost() {
    Judgement judgement = Checker.judge(history);

    assertThat(judgement.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind()).isEqualTo(Kind.LOST));
  }

  @Test
  void whatWasRefusedOrNotAnsweredMayBeMissing() {
    history.add(came(commit(3, 9, 9_000, null), Outcome.UNKNOWN));
    history.add(came(commit(3, 10, 9_000, null), Outcome.REFUSED));

    assertThat(judge().findings()).isEmpty();
  }

  @Test
  void aJobWhoseFenceWentBackIsFound() {
    fence = new Fence(1);

    assertFound(Kind.LOST, "lacks the acquire under lease 2");
    assertFound(Kind.WRONG, "its fence is 1, below lease 2");
  }

  @Test
  void segmentsInAnotherOrderThanTheirFencesAreFound() {
    Collections.swap(segments, 0, 1);

    assertFound(Kind.WRONG, "a segment of lease 1 comes after one of 2");
  }

  @Test
  void oneFenceOfTwoSessionsThatWereNeverAnsweredIsFound() {
    segments.add(new Remains.Segment(new Fence(2), session(3), Position.ofEpochs(1), "LOST"));

    assertFound(Kind.DUPLICATE_FENCE, "lease 2 was held by session-2 and by session-3");
  }

  @Test
  void aHeadThatStandsStillIsFound() {
    checkpoints.add(new Remains.Checkpoint(digest(3), digest(2), position(2), new Fence(2)));
    head = digest(3);

    assertFound(Kind.WRONG, "the checkpoint at e2-b0 comes after one at e2-b0");
  }

  @Test
  void aSessionThatHoldsTwoJobsIsFound() {
    segments.add(new Remains.Segment(new Fence(3), session(7), Position.START, null));
    Remains other =
        new Remains(
            new JobId("other"),
            "other",
            "RUNNING",
            new Fence(1),
            null,
            List.of(new Remains.Segment(new Fence(1), session(7), Position.START, null)),
            List.of());
    history.add(other);

    assertFound(Kind.WRONG, "session-7 holds other and job at once");
  }

  @Test
  void watchersThatHeardItAllHaveNothingToSay() {
    hearAll("watcher-1");
    hearAll("watcher-2");

    assertThat(judge().findings()).isEmpty();
  }

  @Test
  void anEventThatAWatcherMissedIsFound() {
    hearAll("watcher-1");
    history.remove(history.size() - 2);

    assertFound(Kind.WRONG, "watcher-1 was told event 4 after event 2");
  }

  @Test
  void anEventThatAWatcherHeardTwiceIsFound() {
    hearAll("watcher-1");
    history.add(history.get(history.size() - 1));

    assertFound(Kind.WRONG, "watcher-1 was told event 4 after event 4");
  }

  @Test
  void aWatcherThatWasToldLessThanAnotherIsFound() {
    hearAll("watcher-1");
    hear("watcher-2", 1, "SUBMITTED", "submitted");

    assertFound(Kind.WRONG, "the watchers were told unequally many events");
  }

  @Test
  void anEventThatTwoMembersTellDifferentlyIsFound() {
    hearAll("watcher-1");
    hearAll("watcher-2");
    history.remove(history.size() - 1);
    hear("watcher-2", 4, "COMPLETE", "complete: something else");

    assertFound(Kind.WRONG, "event 4 was told as");
  }

  @Test
  void anAcknowledgedGrantOfWhichNobodyWasToldIsFound() {
    hear("watcher-1", 1, "SUBMITTED", "submitted");
    hear("watcher-1", 2, "GRANTED", "lease 1 to worker for e0-b0 to e2-b0");
    hear("watcher-1", 3, "GRANTED", "lease 22 to worker for e1-b0 to e2-b0");
    hear("watcher-1", 4, "COMPLETE", "complete: all epochs are done");

    assertFound(Kind.WRONG, "nobody was told of the ACQUIRE of job job");
  }

  @Test
  void anAcknowledgedReleaseOfWhichNobodyWasToldIsFound() {
    history.add(call(Op.RELEASE, 6_000, 6_010, 1, null, null));
    segments.set(0, new Remains.Segment(new Fence(1), session(1), Position.START, "RELEASED"));
    hearAll("watcher-1");

    assertFound(Kind.WRONG, "nobody was told of the RELEASE of job job");

    hear("watcher-1", 5, "RELEASED", "worker released lease 1: its session ends");
    assertThat(judge().findings()).isEmpty();
  }

  private void hearAll(String watcher) {
    hear(watcher, 1, "SUBMITTED", "submitted");
    hear(watcher, 2, "GRANTED", "lease 1 to worker for e0-b0 to e2-b0");
    hear(watcher, 3, "GRANTED", "lease 2 to worker for e1-b0 to e2-b0");
    hear(watcher, 4, "COMPLETE", "complete: all epochs are done");
  }

  private void hear(String watcher, long number, String kind, String text) {
    history.add(new Entry.Heard(watcher, "member-1", number, number, JOB, kind, text));
  }

  @Test
  void headsThatFormNoChainAreFound() {
    checkpoints.set(1, checkpoint(2, 2, digest(9)));
    history.set(5, call(Op.COMMIT, 8_000, 8_010, 2, 2, digest(9), "COMPLETE"));

    assertFound(Kind.WRONG, "the checkpoint at e2-b0 does not extend the one before");
  }

  @Test
  void aHeadThatIsNotTheNewestIsFound() {
    head = digest(1);

    assertFound(Kind.WRONG, "its head is not its newest checkpoint");
  }

  @Test
  void aCheckpointOfALowerLeaseAfterAHigherIsFound() {
    checkpoints.add(checkpoint(3, 1));
    head = digest(3);

    assertFound(Kind.DOUBLE_HOLDER, "a checkpoint of lease 1 comes after one of lease 2");
  }

  @Test
  void twoLiveLeasesAreFound() {
    segments.add(new Remains.Segment(new Fence(3), session(3), Position.START, null));
    segments.add(new Remains.Segment(new Fence(4), session(4), Position.START, null));

    assertFound(Kind.DOUBLE_HOLDER, "the leases [3, 4] are live at once");
  }

  @Test
  void aHistoryIsReadAsItWasWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("history.jsonl");
    List<Entry> all = new ArrayList<>(history);
    all.add(new Entry.Heard("watcher-1", "member-1", 5, 1, JOB, "SUBMITTED", "submitted"));
    all.add(new Entry.Disturbance("cut", "member-1 -> database", 5, 10));
    all.add(remains());
    try (HistoryFile written = new HistoryFile(file)) {
      all.forEach(written::add);
    }

    assertThat(HistoryFile.read(file)).isEqualTo(all);
    assertThat(Files.readAllLines(file)).hasSameSizeAs(all);
  }

  private Judgement judge() {
    List<Entry> all = new ArrayList<>(history);
    all.add(remains());
    return Checker.judge(all);
  }

  private Remains remains() {
    return new Remains(JOB, "job", state, fence, head, segments, checkpoints);
  }

  private void assertFound(Kind kind, String sentence) {
    assertThat(judge().findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.kind()).isEqualTo(kind);
              assertThat(finding.sentence()).contains(sentence);
            });
  }

  private static Call grant(int fence, int session, long at) {
    return grant(fence, session, at, position(fence - 1));
  }

  private static Call grant(int fence, int session, long at, Position from) {
    return new Call(
        Op.ACQUIRE,
        "worker",
        at * 1_000,
        (at + 10) * 1_000,
        Outcome.OK,
        JOB,
        new Fence(fence),
        session(session),
        from,
        null,
        null,
        TTL,
        0L,
        null,
        null);
  }

  private static Call renewal(int fence, long at) {
    return renewal(fence, at, TTL);
  }

  private static Call renewal(int fence, long at, long ttl) {
    return new Call(
        Op.RENEW,
        "worker",
        at * 1_000,
        (at + 10) * 1_000,
        Outcome.OK,
        JOB,
        new Fence(fence),
        session(fence),
        null,
        null,
        null,
        ttl,
        0L,
        null,
        null);
  }

  /** Of the {@code epoch}-th epoch, on the one before. */
  private static Call commit(int fence, int epoch, long at, String next) {
    return call(Op.COMMIT, at, at + 10, fence, epoch, epoch == 1 ? null : digest(epoch - 1), next);
  }

  private static Call call(
      Op op, long sent, long answered, Integer fence, Integer epoch, Sha256 parent) {
    return call(op, sent, answered, fence, epoch, parent, null);
  }

  private static Call call(
      Op op, long sent, long answered, Integer fence, Integer epoch, Sha256 parent, String next) {
    return new Call(
        op,
        "worker",
        sent * 1_000,
        answered * 1_000,
        Outcome.OK,
        JOB,
        fence == null ? null : new Fence(fence),
        fence == null ? null : session(fence),
        epoch == null ? null : position(epoch),
        parent,
        epoch == null ? null : digest(epoch),
        null,
        null,
        next,
        null);
  }

  private static Call came(Call call, Outcome outcome) {
    return new Call(
        call.op(),
        call.client(),
        call.sent(),
        call.answered(),
        outcome,
        call.job(),
        call.fence(),
        call.session(),
        call.position(),
        call.parent(),
        call.digest(),
        null,
        null,
        null,
        null);
  }

  private static Remains.Checkpoint checkpoint(int epoch, int fence) {
    return checkpoint(epoch, fence, epoch == 1 ? null : digest(epoch - 1));
  }

  private static Remains.Checkpoint checkpoint(int epoch, int fence, Sha256 parent) {
    return new Remains.Checkpoint(digest(epoch), parent, position(epoch), new Fence(fence));
  }

  private static Position position(int epoch) {
    return Position.ofEpochs(epoch);
  }

  private static SessionId session(int number) {
    return new SessionId("session-" + number);
  }

  private static Sha256 digest(int epoch) {
    return Sha256.ofText("manifest " + epoch);
  }
}
