package baton.coordinator.http;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Transitions.NameTaken;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.coordinator.relay.BadCommit;
import baton.coordinator.relay.CommitUnchecked;
import baton.coordinator.relay.KeyReused;
import baton.coordinator.relay.UrlBroker;
import baton.protocol.ProblemType;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure of a request into a problem document. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
  static final String MEDIA_TYPE = "application/problem+json";
  private static final String RETRY_AFTER_SECONDS = "1";

  private Problems() {}

  static ProblemRaised of(Outcome.Refused refused) {
    return new ProblemRaised(typeOf(refused.why()), refused.detail());
  }

  /**
   * The problem for a failure; an internal error is logged under an id, and the client gets only
   * the id.
   */
  static ProblemRaised of(Throwable thrown) {
    Throwable failure = unwrapped(thrown);
    if (failure instanceof ProblemRaised raised) {
      return raised;
    }
    if (failure instanceof UnknownJob) {
      return new ProblemRaised(ProblemType.UNKNOWN_JOB, failure.getMessage());
    }
    if (failure instanceof NameTaken) {
      return new ProblemRaised(ProblemType.NAME_TAKEN, failure.getMessage(), Optional.of("/name"));
    }
    if (failure instanceof KeyReused) {
      return new ProblemRaised(ProblemType.KEY_REUSED, failure.getMessage());
    }
    if (failure instanceof BadCommit bad) {
      return new ProblemRaised(typeOf(bad.kind()), sentence(bad), Optional.of("/manifest"));
    }
    if (failure instanceof CommitUnchecked) {
      return new ProblemRaised(ProblemType.COMMIT_UNCHECKED, failure.getMessage());
    }
    if (failure instanceof UrlBroker.NothingLent) {
      return new ProblemRaised(ProblemType.NOTHING_LENT, failure.getMessage());
    }
    if (failure instanceof CutOff) {
      return new ProblemRaised(ProblemType.CUT_OFF, failure.getMessage());
    }
    if (failure instanceof StoreUnavailable) {
      return new ProblemRaised(ProblemType.DATABASE_UNAVAILABLE, failure.getMessage());
    }
    String id = UUID.randomUUID().toString();
    LOG.error("A request met a fault of Baton's ({}).", id, failure);
    return new ProblemRaised(
        ProblemType.FAULT,
        "Something went wrong inside the coordinator; its log has the cause under %s. Try again."
            .formatted(id));
  }

  /** Ends the request, unless its answer has begun. */
  static void answer(HttpServerResponse response, Throwable thrown) {
    if (hasLeft(response, unwrapped(thrown))) {
      return;
    }
    ProblemRaised raised = of(thrown);
    if (response.ended() || response.closed() || response.headWritten()) {
      return;
    }
    if (raised.type().status() == 503) {
      response.putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    if (raised.type() == ProblemType.WRONG_TOKEN) {
      response.putHeader("WWW-Authenticate", "Bearer realm=\"baton\"");
    }
    response
        .setStatusCode(raised.type().status())
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .end(Answers.json(raised.problem()));
  }

  /** Whether the client has disconnected: there is nobody to answer, and nothing is wrong here. */
  private static boolean hasLeft(HttpServerResponse response, Throwable failure) {
    return failure instanceof HttpClosedException
        || failure instanceof IOException && response.closed();
  }

  private static String sentence(BadCommit bad) {
    return bad.kind() == BadCommit.Kind.MANIFEST_UNREADABLE
        ? "%s. Send the text of manifest.json byte for byte.".formatted(bad.getMessage())
        : bad.getMessage();
  }

  private static ProblemType typeOf(Refusal why) {
    return ProblemType.valueOf(why.name());
  }

  private static ProblemType typeOf(BadCommit.Kind kind) {
    return ProblemType.valueOf(kind.name());
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable inner = thrown;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }
}
