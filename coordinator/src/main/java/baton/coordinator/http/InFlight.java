package baton.coordinator.http;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicInteger;

/** The requests that have arrived but are not answered yet. */
public final class InFlight {
  private final AtomicInteger requests = new AtomicInteger();

  void enter(RoutingContext request) {
    requests.incrementAndGet();
    request.addEndHandler(over -> requests.decrementAndGet());
    request.next();
  }

  boolean isEmpty() {
    return requests.get() == 0;
  }
}
