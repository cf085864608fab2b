package baton.protocol.client;

import baton.protocol.Ask;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.SaveInterval;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.CommitAnswer;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.HazardBody;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.LeaseAnswer;
import baton.protocol.message.LeaseRequest;
import baton.protocol.message.LentAccess;
import baton.protocol.message.ReleaseRequest;
import baton.protocol.message.RenewAnswer;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.ResumeRequest;
import baton.protocol.message.SavingBody;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A coordinator that is reached over HTTP. Every method waits for the answer; it throws {@link
 * ProblemException} if the coordinator refuses and {@link UnreachableException} if no answer comes.
 *
 * <p>Whoever counts a ttl takes the time before the call (R9). Safe for use by several threads.
 */
public final class CoordinatorClient {
  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,512}");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The coordinator reads every byte of the checkpoint before it answers. */
  private static final Duration PATIENCE_WITH_COMMITS = Duration.ofMinutes(5);

  private final Exchange http;
  private final Optional<Borrower> borrower;

  /**
   * @param coordinator such as {@code http://127.0.0.1:8642}
   * @param token of the role the calls need
   * @throws IllegalArgumentException if it {@linkplain #isToken cannot be one}, without repeating
   *     it
   */
  public CoordinatorClient(URI coordinator, String token) {
    this(List.of(coordinator), token);
  }

  /**
   * @param coordinators the members of a cluster; it speaks to one of them, and to the next when
   *     that one does not answer or is cut off
   */
  public CoordinatorClient(List<URI> coordinators, String token) {
    this(coordinators, token, Optional.empty());
  }

  /**
   * @param borrower takes access to the store; what it has is told with asks and renewals
   */
  public CoordinatorClient(List<URI> coordinators, String token, Optional<Borrower> borrower) {
    this.http = new Exchange(new Addresses(coordinators), token);
    this.borrower = borrower;
  }

  /**
   * The coordinators that {@code text} names, with commas between them.
   *
   * @throws IllegalArgumentException in a sentence
   */
  public static List<URI> coordinators(String text) {
    return Stream.of(text.split(",")).map(String::strip).map(Addresses::parse).toList();
  }

  /** Whether a text can be a token: printable, in one piece. */
  public static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  /**
   * @param idempotencyKey drawn at random; a repeat with the same key finds the job it made
   */
  public JobView submit(JobSpec spec, Optional<String> idempotencyKey)
      throws ProblemException, UnreachableException, InterruptedException {
    Exchange.Request request =
        http.post("/v1/jobs", PATIENCE).body(JobSubmission.from(spec)).accept(Exchange.JSON);
    idempotencyKey.ifPresentOrElse(key -> request.header("Idempotency-Key", key), request::once);
    return http.read(request, JobView.class);
  }

  /** The newest jobs. */
  public List<JobView> jobs() throws ProblemException, UnreachableException, InterruptedException {
    return http.list("/v1/jobs", JobView.class);
  }

  /** The job of this name. */
  public Optional<JobView> jobNamed(String name)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.list("/v1/jobs?name=" + Exchange.encoded(name), JobView.class).stream().findFirst();
  }

  public JobView job(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.read(http.get(path(job)), JobView.class);
  }

  public List<SegmentView> segments(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.list(path(job) + "/segments", SegmentView.class);
  }

  public List<CheckpointView> checkpoints(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.list(path(job) + "/checkpoints", CheckpointView.class);
  }

  /** What was measured along the chain of the head. */
  public List<Measurement> metrics(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.list(path(job) + "/metrics", Measurement.class);
  }

  public JobView pause(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.read(http.post(path(job) + "/pause", PATIENCE), JobView.class);
  }

  public JobView resume(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.read(http.post(path(job) + "/resume", PATIENCE), JobView.class);
  }

  /**
   * Lets a job go on, also with another script, other arguments or other files than made its head:
   * once.
   *
   * @param idempotencyKey drawn at random; a repeat with the same key accepts nothing more
   */
  public JobView resumeAcceptingChange(JobId job, String idempotencyKey)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.read(
        http.post(path(job) + "/resume", PATIENCE)
            .header("Idempotency-Key", idempotencyKey)
            .body(new ResumeRequest(true)),
        JobView.class);
  }

  public JobView cancel(JobId job)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.read(http.post(path(job) + "/cancel", PATIENCE), JobView.class);
  }

  public StatusView status() throws ProblemException, UnreachableException, InterruptedException {
    return http.read(http.get("/v1/status"), StatusView.class);
  }

  /** The status as a table for people; of jobs that are over a line each. */
  public String statusText() throws ProblemException, UnreachableException, InterruptedException {
    return statusText(false);
  }

  /**
   * The status as a table for people.
   *
   * @param all whether each job that is over is told whole
   */
  public String statusText(boolean all)
      throws ProblemException, UnreachableException, InterruptedException {
    return http.send(http.get(all ? "/v1/status?all=true" : "/v1/status").accept("text/plain"))
        .body();
  }

  /**
   * Asks for a lease.
   *
   * @param wait how long the coordinator waits for something to lease, at most 60 s
   */
  public Asked lease(Ask ask, Duration wait)
      throws ProblemException, UnreachableException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            http.post("/v1/leases?wait=" + wait.toSeconds(), PATIENCE.plus(wait))
                .body(LeaseRequest.from(ask, borrower.isPresent())));
    if (answer.statusCode() == 204) {
      String reason = answer.headers().firstValue("Baton-Reason").orElse("no reason is given");
      return new Asked.Nothing(reason, http.standby(answer));
    }
    LeaseAnswer lease = http.parse(answer, LeaseAnswer.class);
    take(lease.access());
    return new Asked.Leased(lease.toGrant());
  }

  /**
   * Says that the holder lives.
   *
   * @param progress batches, bytes or items done in this phase; it only grows (R10)
   * @param loss of the last batch; left out if it is not a finite number
   */
  public Renewal renew(
      Held lease, Phase phase, Position position, long progress, OptionalDouble loss)
      throws ProblemException, UnreachableException, InterruptedException {
    return renew(lease, phase, position, progress, loss, Optional.empty());
  }

  /**
   * Says that the holder lives, and how often it saves.
   *
   * @param saving empty: as the job says
   */
  public Renewal renew(
      Held lease,
      Phase phase,
      Position position,
      long progress,
      OptionalDouble loss,
      Optional<SaveInterval> saving)
      throws ProblemException, UnreachableException, InterruptedException {
    boolean tellable = loss.isPresent() && Double.isFinite(loss.getAsDouble());
    RenewRequest body =
        new RenewRequest(
            phase,
            position,
            progress,
            tellable ? loss.getAsDouble() : null,
            saving.map(SavingBody::from).orElse(null),
            borrower.map(Borrower::held).orElse(null),
            borrower.map(Borrower::isRefused).orElse(null));
    RenewAnswer answer =
        http.read(http.post(path(lease) + "/renew", PATIENCE, lease).body(body), RenewAnswer.class);
    take(answer.access());
    return new Renewal(
        Duration.ofMillis(answer.ttlMs()),
        Duration.ofMillis(answer.waitedMs()),
        answer.directive(),
        answer.reason(),
        Optional.ofNullable(answer.hazard()).map(HazardBody::toHazard));
  }

  /**
   * Asks for the head to be moved to a checkpoint that lies in the store, whole.
   *
   * @param manifest the text of its manifest, byte for byte
   * @param finalReason why training ends here, before the last epoch
   */
  public CommitAnswer commit(
      Held lease,
      Optional<Sha256> parent,
      Position position,
      String manifest,
      Optional<String> finalReason)
      throws ProblemException, UnreachableException, InterruptedException {
    CommitRequest body =
        new CommitRequest(parent.orElse(null), position, manifest, finalReason.orElse(null));
    return http.read(
        http.post(path(lease) + "/commits", PATIENCE_WITH_COMMITS, lease).body(body),
        CommitAnswer.class);
  }

  /** Gives the lease back; {@code trouble} is told exactly with FAILED. */
  public void release(Held lease, ReleaseReason why, Optional<Trouble> trouble)
      throws ProblemException, UnreachableException, InterruptedException {
    ReleaseRequest body = new ReleaseRequest(why, trouble.orElse(null));
    http.send(http.post(path(lease) + "/release", PATIENCE, lease).body(body));
  }

  private void take(LentAccess access) {
    if (access != null) {
      borrower.ifPresent(b -> b.lent(access.toAccess()));
    }
  }

  private static String path(JobId job) {
    return "/v1/jobs/" + job;
  }

  private static String path(Held lease) {
    return path(lease.job()) + "/leases/" + lease.fence();
  }
}
