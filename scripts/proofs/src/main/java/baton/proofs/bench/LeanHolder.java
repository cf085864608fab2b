package baton.proofs.bench;

import baton.protocol.Grant;
import baton.protocol.Json;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.client.Held;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.RenewRequest;
import baton.testing.PretendManifest;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** A holder that costs as little as it can, so that what is measured is the coordinator. */
final class LeanHolder implements Closeable {
  private final LeanConnection connection;
  private final Grant grant;
  private final SessionId session;
  private final String path;
  private Position position = Position.START;
  private Optional<Sha256> head = Optional.empty();
  private int commits;

  LeanHolder(URI coordinator, String token, Grant grant, Held held, SessionId session)
      throws IOException {
    this.connection =
        new LeanConnection(
            coordinator,
            "Authorization: Bearer " + token + "\r\nBaton-Lease-Secret: " + held.secret() + "\r\n");
    this.grant = grant;
    this.session = session;
    this.path = "/v1/jobs/%s/leases/%s".formatted(held.job(), held.fence());
  }

  void renew() throws IOException {
    RenewRequest renewal = new RenewRequest(Phase.TRAIN, position, commits, 0.5, null, null, null);
    connection.post(path + "/renew", Json.writer().writeValueAsString(renewal));
  }

  void commit() throws IOException {
    Position next = new Position(position.epoch(), position.batch() + 1);
    String manifest = PretendManifest.of(grant, session, next, commits, head, "state " + commits);
    CommitRequest commit = new CommitRequest(head.orElse(null), next, manifest, null);
    connection.post(path + "/commits", Json.writer().writeValueAsString(commit));
    head = Optional.of(ManifestJson.digest(manifest));
    position = next;
    commits++;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
