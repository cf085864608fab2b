package baton.proofs.bench;

import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.Json;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.client.Held;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.RenewRequest;
import baton.testing.PretendManifest;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A holder that is as cheap as possible, so that the coordinator is measured and not its client.
 */
final class LeanHolder implements Closeable {
  private final LeanConnection connection;
  private final Grant grant;
  private final SessionId session;
  private final String path;
  private final Optional<Path> store;
  private Position position = Position.START;
  private Optional<Sha256> head = Optional.empty();
  private int commits;

  /**
   * @param store where it saves the files it commits; empty if it saves none
   */
  LeanHolder(
      URI coordinator,
      String token,
      Grant grant,
      Held held,
      SessionId session,
      Optional<Path> store)
      throws IOException {
    this.connection =
        new LeanConnection(
            coordinator,
            "Authorization: Bearer " + token + "\r\nBaton-Lease-Secret: " + held.secret() + "\r\n");
    this.grant = grant;
    this.session = session;
    this.store = store;
    this.path = "/v1/jobs/%s/leases/%s".formatted(held.job(), held.fence());
  }

  void renew() throws IOException {
    RenewRequest renewal = new RenewRequest(Phase.TRAIN, position, commits, 0.5, null, null, null);
    connection.post(path + "/renew", Json.writer().writeValueAsString(renewal));
  }

  void commit() throws IOException {
    Position next = new Position(position.epoch(), position.batch() + 1);
    String state = "%-1024d".formatted(commits); // as many bytes as the manifest says
    String manifest = PretendManifest.of(grant, session, next, commits, head, state);
    if (store.isPresent()) {
      save(store.get(), manifest, state);
    }
    CommitRequest commit = new CommitRequest(head.orElse(null), next, manifest, null);
    connection.post(path + "/commits", Json.writer().writeValueAsString(commit));
    head = Optional.of(ManifestJson.digest(manifest));
    position = next;
    commits++;
  }

  private static void save(Path store, String manifest, String state) throws IOException {
    Manifest read = ManifestJson.read(manifest);
    Path folder = Files.createDirectories(store.resolve(read.folder()));
    Files.writeString(folder.resolve(read.files().get(0).name()), state);
    Files.writeString(folder.resolve(Manifest.FILE_NAME), manifest);
  }

  /** The job it holds. */
  JobId job() {
    return grant.job();
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
