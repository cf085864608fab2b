package baton.worker;

import baton.protocol.LentUrls;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.storage.s3.UrlLender;
import java.util.List;
import java.util.Optional;

/** Addresses that the coordinator lends in the name of the lease that is held now. */
final class LeasedUrls implements UrlLender {
  private volatile Optional<CoordinatorClient> client = Optional.empty();
  private volatile Optional<Held> lease = Optional.empty();

  /** From whom they come; told before the first lease. */
  void from(CoordinatorClient coordinator) {
    client = Optional.of(coordinator);
  }

  /** In whose name they are asked for from now on. */
  void of(Held held) {
    lease = Optional.of(held);
  }

  @Override
  public LentUrls lend(List<UrlAsk> asks) throws StoreException {
    Held held = lease.orElseThrow(() -> new IllegalStateException("no lease was held yet"));
    try {
      return client.orElseThrow().urls(held, asks);
    } catch (ProblemException | UnreachableException e) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The coordinator lends no address in its bucket: %s".formatted(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Kind.UNREACHABLE, "It was abandoned: this session is ending.");
    }
  }
}
