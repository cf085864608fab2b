package baton.coordinator.http;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.relay.Acquired;
import baton.coordinator.relay.Broker;
import baton.coordinator.relay.Committing;
import baton.coordinator.relay.Relay;
import baton.coordinator.relay.UrlBroker;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.ProblemType;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.message.CommitAnswer;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.HazardBody;
import baton.protocol.message.LeaseAnswer;
import baton.protocol.message.LeaseRequest;
import baton.protocol.message.LentAccess;
import baton.protocol.message.ReleaseRequest;
import baton.protocol.message.RenewAnswer;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.SavingBody;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Handles workers' requests about leases. */
final class LeaseRequests {
  static final String SECRET = "Baton-Lease-Secret";
  private static final int LONGEST_REASON = 1_000;

  /**
   * A worker that cannot borrow access polls again after this: by then somebody may have signed in.
   */
  private static final Duration UNTIL_SOMEBODY_SIGNS_IN = Duration.ofSeconds(5);

  private final Relay relay;
  private final JobStore jobs;
  private final Broker broker;
  private final UrlBroker urls;
  private final Supplier<Duration> ticker;
  private final HeldRequests held;
  private final Reply reply;

  LeaseRequests(
      Relay relay,
      JobStore jobs,
      Broker broker,
      UrlBroker urls,
      Supplier<Duration> ticker,
      HeldRequests held,
      Reply reply) {
    this.relay = relay;
    this.jobs = jobs;
    this.broker = broker;
    this.urls = urls;
    this.ticker = ticker;
    this.held = held;
    this.reply = reply;
  }

  /** Waits for a lease as long as the connection is open (long poll). */
  void acquire(RoutingContext request) {
    LeaseRequest body = RequestGuard.read(request, LeaseRequest.class);
    boolean borrows = Boolean.TRUE.equals(body.borrows());
    Ask own = RequestGuard.value(body::toAsk);
    boolean borrowsUrls = Boolean.TRUE.equals(body.borrowsUrls());
    Ask admitted = borrows ? broker.admit(own) : own;
    Ask ask = borrowsUrls ? urls.admit(admitted) : admitted;
    Optional<String> notLent =
        borrows ? broker.whyNot() : borrowsUrls ? urls.whyNot() : Optional.empty();
    String wait = request.request().getParam("wait");
    Duration asked = Duration.ofSeconds(wait == null ? 0 : Integer.parseInt(wait));
    Duration patience =
        notLent.isPresent() && asked.compareTo(UNTIL_SOMEBODY_SIGNS_IN) > 0
            ? UNTIL_SOMEBODY_SIGNS_IN
            : asked;
    if (!patience.isZero()) {
      held.hold(request);
    }
    AtomicBoolean stillThere = new AtomicBoolean(true);
    request.addEndHandler(over -> stillThere.set(false));
    reply.when(
        request,
        relay.acquire(ask, patience, stillThere::get),
        acquired -> answer(request, acquired, borrows, notLent));
  }

  private void answer(
      RoutingContext request, Acquired acquired, boolean borrows, Optional<String> notLent) {
    if (acquired instanceof Acquired.Refused refused) {
      throw Problems.of(refused.refusal());
    }
    if (acquired instanceof Acquired.Leased leased) {
      Optional<StoreAccess> access =
          borrows ? broker.lend(leased.grant().store()) : Optional.empty();
      Answers.created(request, LeaseAnswer.from(leased.grant(), access));
    } else if (acquired instanceof Acquired.Nothing nothing) {
      request
          .response()
          .putHeader("Baton-Reason", Answers.headerSafe(reason(nothing, notLent), LONGEST_REASON));
      nothing
          .standby()
          .ifPresent(
              head ->
                  request
                      .response()
                      .putHeader(
                          "Baton-Standby", Answers.json(head).toString(StandardCharsets.US_ASCII)));
      Answers.nothing(request);
    }
  }

  /** The reason for no lease; it says why nothing is lent, or who alone can see a lent store. */
  private String reason(Acquired.Nothing nothing, Optional<String> notLent) {
    if (notLent.isPresent()) {
      return notLent.get();
    }
    String reason = nothing.reason();
    return broker
        .account()
        .filter(account -> reason.contains(account.store().value()))
        .map(
            account ->
                "%s; it is in the Google Drive of %s, and only the OAuth client %s sees it there"
                    .formatted(reason, account.identity(), account.client()))
        .orElse(reason);
  }

  void renew(RoutingContext request) {
    Duration came = ticker.get();
    RenewRequest body = RequestGuard.read(request, RenewRequest.class);
    Renewing renewing =
        new Renewing(
            body.phase(),
            body.position(),
            body.progress(),
            body.loss() == null ? OptionalDouble.empty() : OptionalDouble.of(body.loss()),
            RequestGuard.value(() -> Optional.ofNullable(body.saving()).map(SavingBody::toSaving)));
    JobId job = JobRequests.job(request);
    Fence fence = fence(request);
    CompletionStage<RenewAnswer> answer =
        relay.renew(
            job,
            fence,
            secretHash(request),
            renewing,
            outcome -> renewed(job, fence, outcome, came, body));
    reply.when(request, answer, renewed -> Answers.ok(request, renewed));
  }

  /**
   * Reads the time waited before the time that remains, so that their sum is never too large (R9).
   */
  private RenewAnswer renewed(
      JobId id, Fence fence, Outcome outcome, Duration came, RenewRequest body) {
    Outcome.Renewed renewed = (Outcome.Renewed) JobRequests.unrefused(outcome);
    Duration waited = ticker.get().minus(came);
    Optional<Job> held =
        renewed.directive() == Directive.STOP
            ? Optional.empty()
            : jobs.find(id).filter(job -> job.fence().equals(fence));
    Duration left = held.flatMap(job -> relay.remaining(job, came)).orElse(Duration.ZERO);
    return new RenewAnswer(
        left.toMillis(),
        waited.toMillis(),
        renewed.directive(),
        renewed.reason(),
        held.flatMap(relay::lifetime).map(HazardBody::from).orElse(null),
        LentAccess.from(held.flatMap(Job::store).flatMap(store -> newer(store, body))));
  }

  /** Access that the holder does not have yet, if it borrows any. */
  private Optional<StoreAccess> newer(StoreId store, RenewRequest body) {
    if (body.accessHeld() == null) {
      return Optional.empty();
    }
    if (Boolean.TRUE.equals(body.accessRefused())) {
      broker.refused(body.accessHeld());
    }
    return broker
        .lend(store)
        .filter(access -> !Sha256.ofText(access.token()).equals(body.accessHeld()));
  }

  void commit(RoutingContext request) {
    CommitRequest body = RequestGuard.read(request, CommitRequest.class);
    Committing committing =
        new Committing(
            Optional.ofNullable(body.parent()),
            body.position(),
            body.manifest(),
            Optional.ofNullable(body.finalReason()));
    reply.when(
        request,
        relay.commit(JobRequests.job(request), fence(request), secretHash(request), committing),
        outcome -> {
          Outcome.Committed committed = (Outcome.Committed) JobRequests.unrefused(outcome);
          Answers.created(
              request,
              new CommitAnswer(
                  committed.head(),
                  committed.next(),
                  committed.segmentEnd().orElse(null),
                  committed.verified()));
        });
  }

  void release(RoutingContext request) {
    ReleaseRequest body = RequestGuard.read(request, ReleaseRequest.class);
    reply.when(
        request,
        relay.release(
            JobRequests.job(request),
            fence(request),
            secretHash(request),
            body.why(),
            Optional.ofNullable(body.error())),
        outcome -> {
          JobRequests.unrefused(outcome);
          Answers.nothing(request);
        });
  }

  static Fence fence(RoutingContext request) {
    return new Fence(Long.parseLong(request.pathParam("fence")));
  }

  static Sha256 secretHash(RoutingContext request) {
    String secret = request.request().getHeader(SECRET);
    if (secret == null || secret.isBlank()) {
      throw new ProblemRaised(
          ProblemType.INVALID_REQUEST,
          "The header %s is missing. Send the secret whose sha256 the lease was granted to."
              .formatted(SECRET),
          Optional.of(SECRET));
    }
    return Sha256.ofText(secret);
  }
}
