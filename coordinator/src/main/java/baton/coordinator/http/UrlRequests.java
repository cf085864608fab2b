package baton.coordinator.http;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.LentPaths;
import baton.coordinator.lease.Outcome;
import baton.coordinator.relay.UrlBroker;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.LentUrls;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.message.UrlsAnswer;
import baton.protocol.message.UrlsRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** What workers without keys ask of the bucket. */
final class UrlRequests {
  private final JobStore jobs;
  private final UrlBroker broker;
  private final Runnable mayDecide;
  private final Reply reply;

  UrlRequests(JobStore jobs, UrlBroker broker, Runnable mayDecide, Reply reply) {
    this.jobs = jobs;
    this.broker = broker;
    this.mayDecide = mayDecide;
    this.reply = reply;
  }

  void lend(RoutingContext request) {
    JobId job = JobRequests.job(request);
    Fence fence = LeaseRequests.fence(request);
    Sha256 secretHash = LeaseRequests.secretHash(request);
    List<UrlAsk> asks = RequestGuard.value(RequestGuard.read(request, UrlsRequest.class)::toAsks);
    reply.read(
        request,
        () -> lend(jobs.existing(job), fence, secretHash, asks),
        lent -> Answers.ok(request, UrlsAnswer.from(lent)));
  }

  /** Of a lease that ended elsewhere meanwhile, a coordinator that is cut off may not know. */
  private LentUrls lend(Job job, Fence fence, Sha256 secretHash, List<UrlAsk> asks) {
    mayDecide.run();
    Optional<Outcome> refused = LentPaths.refuse(job, fence, secretHash, asks);
    refused.ifPresent(JobRequests::unrefused);
    LentUrls lent = broker.lend(asks);
    if (!job.store().equals(Optional.of(lent.store()))) {
      throw new UrlBroker.NothingLent(
          "The job %s is bound to another store than the bucket that this coordinator reaches."
              .formatted(job.spec().name()));
    }
    return lent;
  }
}
