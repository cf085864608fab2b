package baton.coordinator.http;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.coordinator.relay.Relay;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Sha256;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.ResumeRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Handles requests about jobs, from people. */
final class JobRequests {
  private static final int MOST_LISTED = 100;
  private static final int ID_DIGITS = 20;

  private final Relay relay;
  private final JobStore jobs;
  private final Views views;
  private final Reply reply;

  JobRequests(Relay relay, JobStore jobs, Views views, Reply reply) {
    this.relay = relay;
    this.jobs = jobs;
    this.views = views;
    this.reply = reply;
  }

  void submit(RoutingContext request) {
    JobSpec spec =
        RequestGuard.value(() -> RequestGuard.read(request, JobSubmission.class).toSpec());
    Optional<JobId> id =
        Optional.ofNullable(request.request().getHeader("Idempotency-Key")).map(JobRequests::id);
    reply.when(
        request,
        relay.submit(spec, id),
        outcome -> {
          JobId job = ((Outcome.Submitted) unrefused(outcome)).job();
          request.response().putHeader(HttpHeaders.LOCATION, "/v1/jobs/" + job);
          reply.read(request, () -> view(job), view -> Answers.created(request, view));
        });
  }

  void list(RoutingContext request) {
    String name = request.request().getParam("name");
    String limit = request.request().getParam("limit");
    int most = limit == null ? MOST_LISTED : Integer.parseInt(limit);
    reply.read(
        request,
        () ->
            name == null
                ? views.newest(most)
                : jobs.findByName(name).stream().map(views::of).toList(),
        found -> {
          if (!EntityTag.of(found).isKnownTo(request)) {
            Answers.ok(request, found);
          }
        });
  }

  void read(RoutingContext request) {
    reply.read(
        request,
        () -> views.of(existing(request)),
        view -> {
          if (!EntityTag.of(List.of(view)).isKnownTo(request)) {
            Answers.ok(request, view);
          }
        });
  }

  void segments(RoutingContext request) {
    reply.read(
        request,
        () -> jobs.history(existing(request).id()).segments().stream().map(Views::segment).toList(),
        list -> Answers.ok(request, list));
  }

  void checkpoints(RoutingContext request) {
    reply.read(
        request,
        () -> Views.checkpoints(jobs.history(existing(request).id())),
        list -> Answers.ok(request, list));
  }

  void metrics(RoutingContext request) {
    reply.read(
        request,
        () -> jobs.history(existing(request).id()).measurements(),
        list -> Answers.ok(request, list));
  }

  void pause(RoutingContext request) {
    change(request, relay::pause);
  }

  void resume(RoutingContext request) {
    boolean acceptChange =
        RequestGuard.readIfAny(request, ResumeRequest.class)
            .map(body -> Boolean.TRUE.equals(body.acceptChange()))
            .orElse(false);
    Optional<String> key = Optional.ofNullable(request.request().getHeader("Idempotency-Key"));
    change(request, job -> relay.resume(job, acceptChange, key));
  }

  void cancel(RoutingContext request) {
    change(request, relay::cancel);
  }

  private void change(RoutingContext request, Function<JobId, CompletionStage<Outcome>> change) {
    reply.read(
        request,
        () -> existing(request).id(),
        job ->
            reply.when(
                request,
                change.apply(job),
                outcome -> {
                  unrefused(outcome);
                  reply.read(request, () -> view(job), view -> Answers.ok(request, view));
                }));
  }

  private JobView view(JobId id) {
    return views.of(jobs.existing(id));
  }

  /** Finds the job by its id, or else by its name. */
  private Job existing(RoutingContext request) {
    JobId named = job(request);
    return jobs.find(named)
        .or(() -> jobs.findByName(named.value()))
        .orElseThrow(() -> new UnknownJob(named));
  }

  static JobId job(RoutingContext request) {
    return new JobId(request.pathParam("job"));
  }

  static Outcome unrefused(Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      throw Problems.of(refused);
    }
    return outcome;
  }

  /** Derives the job's id from the key, so that it is the same at every coordinator. */
  private static JobId id(String key) {
    return new JobId("k" + Sha256.ofText("idempotency-key " + key).hex().substring(0, ID_DIGITS));
  }
}
