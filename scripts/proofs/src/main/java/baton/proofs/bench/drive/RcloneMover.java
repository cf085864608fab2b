package baton.proofs.bench.drive;

import baton.proofs.process.FreePort;
import baton.protocol.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** rclone, with its own WebDAV server; it compares sizes but no hashes, which WebDAV lacks. */
final class RcloneMover implements Mover {
  private static final int TRIES = 100;
  private static final long BETWEEN_TRIES_MILLIS = 50;

  private final Path shelf;
  private final Process server;
  private final int port;
  private int moves;

  RcloneMover(Path shelf) throws IOException, InterruptedException {
    this.shelf = Files.createDirectories(shelf);
    this.port = FreePort.find();
    this.server =
        new ProcessBuilder(
                "rclone", "serve", "webdav", shelf.toString(), "--addr", "127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
    awaitReady();
  }

  private void awaitReady() throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException e) {
        Thread.sleep(BETWEEN_TRIES_MILLIS);
      }
    }
    server.destroyForcibly();
    throw new IOException("rclone serve webdav did not start");
  }

  @Override
  public String name() {
    return "rclone";
  }

  @Override
  public Duration put(Path file, Sha256 sha256) throws IOException, InterruptedException {
    moves++; // A new name each time: the server caches names for minutes.
    return copy(file.toString(), ":webdav:" + moved());
  }

  @Override
  public Duration get(Path into, Sha256 sha256) throws IOException, InterruptedException {
    return copy(":webdav:" + moved(), into.toString());
  }

  private String moved() {
    return "moved-" + moves;
  }

  private Duration copy(String from, String to) throws IOException, InterruptedException {
    return Shell.run(
            List.of(
                "rclone",
                "copyto",
                "--config",
                "/dev/null",
                "--webdav-url",
                "http://127.0.0.1:" + port,
                from,
                to))
        .took();
  }

  @Override
  public void clean() throws IOException {
    Files.deleteIfExists(shelf.resolve(moved()));
  }

  @Override
  public void close() {
    server.destroyForcibly();
  }
}
