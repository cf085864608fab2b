package baton.coordinator.http;

import baton.coordinator.Coordinator;
import baton.protocol.client.CoordinatorClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A whole coordinator on a port of its own, with its tokens, for tests that speak to it. */
public final class RunningCoordinator implements AutoCloseable {
  private final Coordinator coordinator;
  private final List<Token> tokens;

  private RunningCoordinator(Coordinator coordinator, List<Token> tokens) {
    this.coordinator = coordinator;
    this.tokens = tokens;
  }

  /** On a fresh data directory, with a directory store. */
  public static RunningCoordinator start(Path data, Path store) {
    Coordinator coordinator = Coordinator.start(settings(data, store));
    return new RunningCoordinator(coordinator, coordinator.newTokens());
  }

  /** Another one on the data directory of this one, which must be closed. */
  public RunningCoordinator startAgain(Path data, Path store) {
    return new RunningCoordinator(Coordinator.start(settings(data, store)), tokens);
  }

  private static Coordinator.Settings settings(Path data, Path store) {
    return Coordinator.Settings.alone(data, Optional.of(store), "127.0.0.1", 0);
  }

  public URI address() {
    return coordinator.address();
  }

  public String token(Role role) {
    return tokens.stream().filter(token -> token.role() == role).findFirst().orElseThrow().text();
  }

  public CoordinatorClient client(Role role) {
    return new CoordinatorClient(address(), token(role));
  }

  @Override
  public void close() {
    coordinator.close();
  }
}
