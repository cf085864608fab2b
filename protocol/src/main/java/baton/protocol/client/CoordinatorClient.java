package baton.protocol.client;

import baton.protocol.Ask;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.LentUrls;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.SaveInterval;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.UrlAsk;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.CommitAnswer;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.HazardBody;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.LeaseAnswer;
import baton.protocol.message.LeaseRequest;
import baton.protocol.message.LeaseRequest.Borrows;
import baton.protocol.message.LentAccess;
import baton.protocol.message.ReleaseRequest;
import baton.protocol.message.RenewAnswer;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.ResumeRequest;
import baton.protocol.message.SavingBody;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
import baton.protocol.message.UrlsAnswer;
import baton.protocol.message.UrlsRequest;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A client of the coordinator's HTTP API. Every method waits for the answer; it throws {@link
 * ProblemException} if the coordinator refuses and {@link UnreachableException} if no answer comes.
 *
 * <p>A caller that counts a ttl reads the clock before the call (R9). Thread-safe.
 */
public final class CoordinatorClient {
  /** How many addresses are asked for at once. */
  public static final int MOST_URLS = 100;

  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,512}");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Long, because the coordinator reads every byte of the checkpoint before it answers. */
  private static final Duration PATIENCE_WITH_COMMITS = Duration.ofMinutes(5);

  private final Exchange http;
  private final Optional<Borrower> borrower;
  private final Borrows borrows;

  /**
   * @param coordinator such as {@code http://127.0.0.1:8642}
   * @param token of the role the calls need
   * @throws IllegalArgumentException if {@code token} {@linkplain #isToken cannot be a token}; the
   *     message does not repeat it
   */
  public CoordinatorClient(URI coordinator, String token) {
    this(List.of(coordinator), token);
  }

  /**
   * @param coordinators the members of a cluster; requests go to one of them, and to the next if
   *     that one does not answer or is cut off
   */
  public CoordinatorClient(List<URI> coordinators, String token) {
    this(coordinators, token, Optional.empty());
  }

  /**
   * @param borrower receives access to the store; requests for leases and renewals say which token
   *     it has
   */
  public CoordinatorClient(List<URI> coordinators, String token, Optional<Borrower> borrower) {
    this(coordinators, token, borrower, borrower.isPresent() ? Borrows.ACCESS : Borrows.NOTHING);
  }

  private CoordinatorClient(
      List<URI> coordinators, String token, Optional<Borrower> borrower, Borrows borrows) {
    this.http = new Exchange(new Addresses(coordinators), token);
    this.borrower = borrower;
    this.borrows = borrows;
  }

  /** For a worker that asks for an {@linkplain #urls address of each object}. */
  public static CoordinatorClient borrowingUrls(List<URI> coordinators, String token) {
    return new CoordinatorClient(coordinators, token, Optional.empty(), Borrows.URLS);
  }

  /**
   * Parses the addresses of coordinators, separated by commas.
   *
   * @throws IllegalArgumentException if one is not an address; the message is a sentence
   */
  public static List<URI> coordinators(String text) {
    return Stream.of(text.split(",")).map(String::strip).map(Addresses::parse).toList();
  }

  /** Whether a text can be a token: printable and without spaces. */
  public static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  /**
   * @param idempotencyKey drawn at random; a repeat with the same key returns the same job
   */
  public JobView submit(JobSpec spec, Optional<String> idempotencyKey)
      throws ProblemException, UnreachableException, InterruptedException {
    Exchange.Request request =
        http.post("/v1/jobs", PATIENCE).body(JobSubmission.from(spec)).accept(Exchange.JSON);
    idempotencyKey.ifPresentOrElse(
        key -> request.header("Idempotency-Key", key), request::notIdempotent);
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
   * Resumes a job and accepts, once, that a script, arguments or files other than those that made
   * its head go on from it.
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

  /** The status as a table for people, with one line for each job that is over. */
  public String statusText() throws ProblemException, UnreachableException, InterruptedException {
    return statusText(false);
  }

  /**
   * The status as a table for people.
   *
   * @param all whether jobs that are over are shown in full as well
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
                .body(LeaseRequest.from(ask, borrows)));
    if (answer.statusCode() == 204) {
      String reason = answer.headers().firstValue("Baton-Reason").orElse("no reason is given");
      return new Asked.Nothing(reason, http.standby(answer));
    }
    LeaseAnswer lease = http.parse(answer, LeaseAnswer.class);
    take(lease.access());
    return new Asked.Leased(lease.toGrant());
  }

  /**
   * Renews a lease.
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
   * Renews a lease, and says how often the holder saves.
   *
   * @param saving empty if the job fixes it
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
    RenewRequest told =
        RenewRequest.of(phase, position, progress)
            .withLoss(tellable ? loss.getAsDouble() : null)
            .withSaving(saving.map(SavingBody::from).orElse(null));
    RenewRequest body =
        borrower.map(from -> told.borrowing(from.held(), from.isRefused())).orElse(told);
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
   * Asks the coordinator to move the head to a checkpoint that is complete in the store.
   *
   * @param manifest the text of its manifest, byte for byte
   * @param finalReason why training ends here, before the last epoch; empty if it does not
   */
  public CommitAnswer commit(
      Held lease,
      Optional<Sha256> parent,
      Position position,
      String manifest,
      Optional<String> finalReason)
      throws ProblemException, UnreachableException, InterruptedException {
    CommitRequest body =
        new CommitRequest(
            parent.orElse(null),
            position,
            manifest,
            finalReason.map(CommitRequest::shortened).orElse(null));
    return http.read(
        http.post(path(lease) + "/commits", PATIENCE_WITH_COMMITS, lease).body(body),
        CommitAnswer.class);
  }

  /** Gives the lease back; {@code trouble} is present exactly with FAILED. */
  public void release(Held lease, ReleaseReason why, Optional<Trouble> trouble)
      throws ProblemException, UnreachableException, InterruptedException {
    ReleaseRequest body = new ReleaseRequest(why, trouble.orElse(null));
    http.send(http.post(path(lease) + "/release", PATIENCE, lease).body(body));
  }

  /**
   * Asks for addresses in the job's store, one for each thing to do there.
   *
   * @param asks at most {@value #MOST_URLS}
   */
  public LentUrls urls(Held lease, List<UrlAsk> asks)
      throws ProblemException, UnreachableException, InterruptedException {
    Exchange.Request request =
        http.post(path(lease) + "/urls", PATIENCE, lease).body(UrlsRequest.from(asks));
    return http.read(request, UrlsAnswer.class).toLent();
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
