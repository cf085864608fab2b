package baton.coordinator.http;

import baton.protocol.Ask;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Jobs, askers and tokens for tests, all derived from names. */
final class Samples {
  static final StoreId STORE = new StoreId("store-1");

  private Samples() {}

  static Tokens tokens() {
    return new Tokens(
        Stream.of(Role.values())
            .collect(Collectors.toMap(role -> role, role -> Sha256.ofText(role.word()))));
  }

  static JobSpec spec(String name) {
    return spec(name, "digits", 4);
  }

  static JobSpec spec(String name, String program, int epochs) {
    Policy base = Policy.DEFAULT;
    return JobSpec.of(name, program, epochs)
        .withParameters(Map.of("rate", 0.1, "optimizer", "adam"))
        .withSeed(7)
        .withPolicy(base);
  }

  /** The ask of a session that runs one program. */
  static Ask ask(String session, String secret, String program) {
    return Ask.of(
            Sha256.ofText(secret),
            new SessionId(session),
            "worker-of-" + session,
            Set.of(program),
            Set.of(STORE),
            "cpu")
        .endingIn(Optional.of(Duration.ofHours(4)))
        .reading(Manifest.FORMAT);
  }
}
