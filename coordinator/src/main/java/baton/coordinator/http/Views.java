package baton.coordinator.http;

import baton.coordinator.lease.Certificate;
import baton.coordinator.lease.History.CheckpointMarked.Mark;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Renewing;
import baton.coordinator.relay.Broker;
import baton.coordinator.relay.Relay;
import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.JobView.CertificateView;
import baton.protocol.message.JobView.DataView;
import baton.protocol.message.JobView.DifferenceView;
import baton.protocol.message.JobView.LeaseView;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
import baton.protocol.message.StatusView.DriveView;
import baton.protocol.message.StatusView.WaitingView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the views of jobs and their history. It reads the database, so it may block. */
final class Views {
  private static final int JOBS_AT_A_GLANCE = 50;

  private final JobStore jobs;
  private final Relay relay;
  private final Broker broker;
  private final Clock clock;

  Views(JobStore jobs, Relay relay, Broker broker, Clock clock) {
    this.jobs = jobs;
    this.relay = relay;
    this.broker = broker;
    this.clock = clock;
  }

  /** The job whole. */
  JobView of(Job job) {
    return of(job, JobSubmission.from(job.spec()));
  }

  private JobView of(Job job, JobSubmission spec) {
    Instant now = clock.instant();
    JobHistory history = jobs.history(job.id());
    Optional<Measurement> measured = job.begun() ? history.lastMeasured() : Optional.empty();
    Optional<Duration> left = relay.remaining(job);
    boolean isIdle = left.filter(Duration::isZero).isPresent();
    Optional<Duration> eta =
        job.begun() && !job.state().isOver() && !isIdle
            ? Eta.of(
                history.newestSegments(Eta.SEGMENTS),
                job.position(),
                job.spec().epochs(),
                now.minus(silence(job, left)))
            : Optional.empty();
    return new JobView(
        job.id(),
        job.state().name(),
        job.reason().orElse(null),
        spec,
        job.spec().data().map(DataView::of).orElse(null),
        job.store().orElse(null),
        job.fence(),
        job.head().orElse(null),
        job.head().map(head -> certificate(job.certificate())).orElse(null),
        job.lease().map(lease -> lease(job, lease)).orElse(null),
        measured.orElse(null),
        notices(job, left, now),
        job.submittedAt(),
        eta.map(Duration::toSeconds).orElse(null),
        job.acceptChange() ? true : null);
  }

  /** The time since the holder's last renewal. */
  private static Duration silence(Job job, Optional<Duration> left) {
    return left.map(remaining -> job.spec().policy().ttl().minus(remaining)).orElse(Duration.ZERO);
  }

  private List<String> notices(Job job, Optional<Duration> left, Instant now) {
    return Stream.concat(
            Notices.of(job, relay.waiting(), left, now).stream(), relay.shortage(job).stream())
        .toList();
  }

  private JobView inList(Job job) {
    return of(job, JobSubmission.from(job.spec()).withoutData());
  }

  List<JobView> newest(int most) {
    return jobs.newest(most).stream().map(this::inList).toList();
  }

  StatusView status() {
    Map<JobId, Job> seen = new LinkedHashMap<>();
    jobs.newest(JOBS_AT_A_GLANCE).forEach(job -> seen.put(job.id(), job));
    jobs.open().forEach(job -> seen.putIfAbsent(job.id(), job)); // however old
    return new StatusView(
        seen.values().stream().map(this::inList).toList(),
        relay.waiting().stream().map(Views::waiting).toList(),
        broker.account().map(Views::drive).orElse(null));
  }

  private static DriveView drive(Broker.Account account) {
    return new DriveView(
        account.identity(),
        account.client(),
        account.store(),
        account.lends(),
        account.notice().orElse(null),
        orNull(account.limit()),
        orNull(account.used()),
        orNull(account.trash()));
  }

  private static Long orNull(OptionalLong bytes) {
    return bytes.isPresent() ? bytes.getAsLong() : null;
  }

  static SegmentView segment(JobHistory.SegmentRow row) {
    return new SegmentView(
        row.fence(),
        row.session(),
        row.worker(),
        row.from(),
        row.to(),
        row.end(),
        row.why().map(Enum::name).orElse(null),
        row.startedAt(),
        row.endedAt().orElse(null));
  }

  /** The checkpoints, each with what was measured at its position if it is on the head's chain. */
  static List<CheckpointView> checkpoints(JobHistory history) {
    Map<Position, Measurement> measured =
        history.measurements().stream()
            .collect(Collectors.toMap(Measurement::position, m -> m, (first, second) -> second));
    return history.checkpoints().stream()
        .map(row -> checkpoint(row, measured.get(row.checkpoint().position())))
        .toList();
  }

  private static CheckpointView checkpoint(JobHistory.CheckpointRow row, Measurement measured) {
    boolean counts = measured != null && !row.mark().equals(Optional.of(Mark.REJECTED));
    return new CheckpointView(
        row.checkpoint(),
        row.mark().map(Enum::name).orElse("KEPT"),
        row.verified(),
        row.committedAt(),
        counts ? measured.values() : null);
  }

  private static CertificateView certificate(Certificate certificate) {
    return new CertificateView(
        certificate.verdict().name(),
        certificate.sentence(),
        certificate.departure().map(Certificate.Stretch::from).orElse(null),
        certificate.departure().map(Certificate.Stretch::fence).orElse(null),
        certificate.differences().stream()
            .map(
                difference ->
                    new DifferenceView(
                        difference.fact(),
                        difference.before().orElse(null),
                        difference.after().orElse(null)))
            .toList());
  }

  private LeaseView lease(Job job, Lease lease) {
    Optional<Renewing> said = relay.heartbeat(job).map(LeaseHeartbeat::said);
    return new LeaseView(
        lease.fence(),
        lease.ask().session(),
        lease.ask().worker(),
        lease.ask().device(),
        lease.segment(),
        relay.remaining(job).orElse(Duration.ZERO).toMillis(),
        said.map(Renewing::phase).orElse(null),
        said.map(Renewing::position).orElse(null),
        said.filter(of -> of.loss().isPresent()).map(of -> of.loss().getAsDouble()).orElse(null),
        saving(job, said),
        lease.grantedAt());
  }

  private static String saving(Job job, Optional<Renewing> said) {
    Cadence cadence = job.spec().policy().cadence();
    return cadence.unit() == Cadence.Unit.AUTO
        ? said.flatMap(Renewing::saving).map(SaveInterval::reason).orElse(null)
        : "saves " + cadence + ", as the job asks";
  }

  private static WaitingView waiting(Ask ask) {
    return new WaitingView(
        ask.session(), ask.worker(), ask.device(), ask.programs().stream().sorted().toList());
  }
}
