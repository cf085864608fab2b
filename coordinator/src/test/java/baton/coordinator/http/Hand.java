package baton.coordinator.http;

import baton.protocol.Grant;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreMarker;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.message.CommitAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker by hand: asks for leases, and writes small true checkpoints into a directory store. */
final class Hand {
  static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final CoordinatorClient client;
  private final Path store;
  private final String session;
  private final String secret;
  private Optional<Sha256> head = Optional.empty();
  private Grant grant;
  private int saves;

  Hand(CoordinatorClient client, Path store, String session) {
    this(client, store, session, "secret of " + session);
  }

  Hand(CoordinatorClient client, Path store, String session, String secret) {
    this.client = client;
    this.store = store;
    this.session = session;
    this.secret = secret;
  }

  /** Makes a folder a store. */
  static void makeStore(Path folder) {
    try {
      Files.writeString(
          folder.resolve(StoreMarker.FILE_NAME), StoreMarker.of(Samples.STORE).write());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Asked ask(Duration wait) throws Exception {
    Asked asked = client.lease(Samples.ask(session, secret, "digits"), wait);
    if (asked instanceof Asked.Leased leased) {
      grant = leased.grant();
      head = grant.head().map(checkpoint -> checkpoint.digest());
    }
    return asked;
  }

  /** Asks and must be given a lease. */
  Grant lease() throws Exception {
    Asked asked = ask(Duration.ZERO);
    if (asked instanceof Asked.Nothing nothing) {
      throw new AssertionError("no lease: " + nothing.reason());
    }
    return grant;
  }

  Held held() {
    return Held.of(grant, secret);
  }

  Optional<Sha256> head() {
    return head;
  }

  /** Writes a checkpoint into the store; returns the text of its manifest. */
  String save(Position position) {
    return save(position, head, grant.store());
  }

  String save(Position position, Optional<Sha256> parent, StoreId storeId) {
    return save(
        position, parent, storeId, Map.of("device", "cpu"), Map.of("accuracy", 0.9, "loss", 0.25));
  }

  /** Saves and commits what was trained under this profile. */
  CommitAnswer commit(Position position, Map<String, String> profile) throws Exception {
    return commit(position, save(position, head, grant.store(), profile, Map.of()));
  }

  /** Saves and commits with these measurements. */
  CommitAnswer commitMeasured(Position position, Map<String, Double> metrics) throws Exception {
    return commit(position, save(position, head, grant.store(), Map.of("device", "cpu"), metrics));
  }

  private String save(
      Position position,
      Optional<Sha256> parent,
      StoreId storeId,
      Map<String, String> profile,
      Map<String, Double> metrics) {
    String folder =
        new CheckpointFolder(grant.job(), NOON, position, grant.fence(), saves++).path();
    byte[] weights = ("weights of " + folder).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String text =
        ManifestJson.write(
            new Manifest(
                Manifest.FORMAT,
                grant.job(),
                grant.spec().name(),
                storeId,
                grant.fence(),
                position,
                saves,
                folder,
                parent,
                List.of(
                    new Manifest.FileEntry(
                        "model.safetensors",
                        weights.length,
                        Sha256.of(weights),
                        folder + "/model.safetensors")),
                Sha256.ofText("state of " + folder),
                grant.spec().seed(),
                grant.spec().parameters(),
                Optional.empty(),
                grant.spec().program(),
                Sha256.ofText("architecture"),
                profile,
                List.of(new Measurement(position, metrics)),
                new SessionId(session),
                NOON));
    try {
      Path target = Files.createDirectories(store.resolve(folder));
      Files.write(target.resolve("model.safetensors"), weights);
      Files.writeString(target.resolve(Manifest.FILE_NAME), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text;
  }

  /** Saves and commits, so that the head is at {@code position}. */
  CommitAnswer commit(Position position) throws Exception {
    return commit(position, save(position));
  }

  CommitAnswer commit(Position position, String manifest) throws Exception {
    CommitAnswer committed = client.commit(held(), head, position, manifest, Optional.empty());
    head = Optional.of(committed.head());
    return committed;
  }
}
