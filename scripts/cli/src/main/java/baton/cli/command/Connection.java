package baton.cli.command;

import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The coordinator and the token that a command uses. */
final class Connection {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--coordinator",
      paramLabel = "URL",
      defaultValue = "${env:BATON_COORDINATOR:-http://127.0.0.1:8642}",
      description =
          "The coordinator, or the members of a cluster with commas between them; also BATON_COORDINATOR. Default: ${DEFAULT-VALUE}")
  private String coordinator;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the token; without it BATON_TOKEN holds it.")
  private Path tokenFile;

  /** Not given on the command line, where every user of the machine could read it. */
  @Option(names = "--token-from-environment", hidden = true, defaultValue = "${env:BATON_TOKEN}")
  private String token;

  /** A request to the coordinator. */
  interface Request<T> {
    T to(CoordinatorClient client)
        throws ProblemException, UnreachableException, InterruptedException;
  }

  /** Sends a request; a refusal ends the command with the refusal's message. */
  <T> T ask(Request<T> request) {
    try {
      return request.to(client());
    } catch (ProblemException | UnreachableException | IllegalArgumentException e) {
      throw new CommandLine.ExecutionException(command.commandLine(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandLine.ExecutionException(command.commandLine(), "Interrupted.");
    }
  }

  /** Whether a token was given; without one no coordinator answers. */
  boolean hasToken() {
    return tokenFile != null || (token != null && !token.isBlank());
  }

  /** Sends a request; if no coordinator answers, it reports why and returns empty. */
  <T> Optional<T> askIfReached(Request<T> request, Consumer<String> whyNot) {
    try {
      return Optional.of(request.to(client()));
    } catch (UnreachableException e) {
      whyNot.accept(e.getMessage());
      return Optional.empty();
    } catch (ProblemException | IllegalArgumentException e) {
      throw new CommandLine.ExecutionException(command.commandLine(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandLine.ExecutionException(command.commandLine(), "Interrupted.");
    }
  }

  private CoordinatorClient client() {
    return new CoordinatorClient(CoordinatorClient.coordinators(coordinator), token());
  }

  private String token() {
    String given = tokenFile == null ? token : read();
    if (given == null || given.isBlank()) {
      throw wrong(
          "A token is needed: set BATON_TOKEN, or name a file with --token-file. The coordinator"
              + " printed one for each role at its first start.");
    }
    if (!CoordinatorClient.isToken(given.strip())) {
      throw wrong("The token holds a character that no token has. Copy it again, in one line.");
    }
    return given.strip();
  }

  private String read() {
    try {
      return Files.readString(tokenFile);
    } catch (IOException e) {
      throw wrong("The token file %s cannot be read.".formatted(tokenFile));
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
