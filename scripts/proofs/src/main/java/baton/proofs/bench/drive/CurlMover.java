package baton.proofs.bench.drive;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * curl, with the same sink. It uploads all bytes with one PUT, the fastest way that Google
 * documents, while sha256sum reads the file; it downloads with a GET through sha256sum into the
 * file.
 */
final class CurlMover implements Mover {
  private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([^\"]+)\"");

  private final Sink sink;
  private String id = "";

  CurlMover(Sink sink) {
    this.sink = sink;
  }

  @Override
  public String name() {
    return "curl";
  }

  @Override
  public Duration put(Path file, Sha256 sha256) throws IOException, InterruptedException {
    String session = sink.session("curl", file.toFile().length());
    Shell.Done done =
        bash(
            "sha256sum \"$1\" & curl -sS --fail -H 'Expect:' -T \"$1\" \"$2\"; wait",
            file.toString(),
            session);
    Matcher reply = ID.matcher(done.output());
    // The digest must be there twice: from Drive, and from sha256sum.
    if (!reply.find() || done.output().split(sha256.hex(), -1).length != 3) {
      throw new IOException("curl's upload is not what was sent: " + done.output());
    }
    id = reply.group(1);
    return done.took();
  }

  @Override
  public Duration get(Path into, Sha256 sha256) throws IOException, InterruptedException {
    Shell.Done done =
        bash(
            "curl -sS --fail -H \"$3\" \"$1\" | tee \"$2\" | sha256sum",
            sink.media(id),
            into.toString(),
            sink.authorization());
    if (!done.output().startsWith(sha256.hex())) {
      throw new IOException("curl's download is not what was asked for: " + done.output());
    }
    return done.took();
  }

  private static Shell.Done bash(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-o", "pipefail", "-c", script, "bash"));
    command.addAll(List.of(arguments));
    return Shell.run(command);
  }

  @Override
  public void clean() throws IOException, InterruptedException {
    sink.delete(id);
  }
}
