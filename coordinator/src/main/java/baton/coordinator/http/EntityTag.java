package baton.coordinator.http;

import baton.protocol.Sha256;
import baton.protocol.message.JobView;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * The weak ETag of a view of jobs (RFC 9110): unchanged while only the time left of a lease or of a
 * job changes.
 */
record EntityTag(String value) {
  private static final int DIGITS = 32;

  static EntityTag of(Collection<JobView> jobs) {
    StringBuilder shown = new StringBuilder();
    jobs.forEach(job -> shown.append(withoutTimeLeft(job)).append('\n'));
    return new EntityTag("W/\"" + Sha256.ofText(shown.toString()).hex().substring(0, DIGITS) + '"');
  }

  /** Sends the tag, and ends the request if the client already has this version. */
  boolean isKnownTo(RoutingContext request) {
    request.response().putHeader(HttpHeaders.ETAG, value);
    String known = request.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    boolean matches =
        known != null
            && Stream.of(known.split(","))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(value));
    if (matches) {
      request.response().setStatusCode(304).end();
    }
    return matches;
  }

  private static JobView withoutTimeLeft(JobView job) {
    JobView.LeaseView lease = job.lease();
    return new JobView(
        job.id(),
        job.state(),
        job.reason(),
        job.spec(),
        job.data(),
        job.store(),
        job.fence(),
        job.head(),
        job.certificate(),
        lease == null ? null : withoutTimeLeft(lease),
        job.latest(),
        job.notices(),
        job.submittedAt(),
        null,
        job.acceptChange());
  }

  private static JobView.LeaseView withoutTimeLeft(JobView.LeaseView lease) {
    return new JobView.LeaseView(
        lease.fence(),
        lease.session(),
        lease.worker(),
        lease.device(),
        lease.segment(),
        0,
        lease.phase(),
        lease.position(),
        lease.loss(),
        lease.saving(),
        lease.grantedAt());
  }
}
