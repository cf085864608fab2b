package baton.proofs.bench;

import baton.proofs.process.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One etcd with its default settings; each client grants leases over its JSON gateway, with the
 * HTTP client that Baton's own clients use.
 */
final class EtcdContender implements Contender {
  private static final Path PROGRAM = Path.of("/usr/bin/etcd");
  private static final Duration START_WITHIN = Duration.ofSeconds(20);
  private static final String GRANT = "{\"TTL\":\"3600\"}";

  private final Process process;
  private final URI grant;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private EtcdContender(Process process, int port) {
    this.process = process;
    this.grant = URI.create("http://127.0.0.1:" + port + "/v3/lease/grant");
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  static EtcdContender start(Path folder) throws Exception {
    int port = FreePort.find();
    String clients = "http://127.0.0.1:" + port;
    String peers = "http://127.0.0.1:" + FreePort.find();
    Process process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--data-dir=" + folder,
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                "--log-level=error")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    EtcdContender etcd = new EtcdContender(process, port);
    etcd.awaitReady();
    return etcd;
  }

  private void awaitReady() throws Exception {
    long end = System.nanoTime() + START_WITHIN.toNanos();
    while (true) {
      try {
        grant();
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end || !process.isAlive()) {
          close();
          throw new IllegalStateException("etcd did not start", e);
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public String unit() {
    return "lease grants";
  }

  @Override
  public Rate measure(int clients, Duration warmUp, Duration length) throws Exception {
    List<Rate.Client> busy = Collections.nCopies(clients, this::grant);
    return Rate.of(busy, warmUp, length);
  }

  private void grant() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(grant).POST(BodyPublishers.ofString(GRANT)).build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("etcd answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
  }
}
