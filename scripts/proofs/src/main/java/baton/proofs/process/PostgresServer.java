package baton.proofs.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A separate PostgreSQL server with default settings (fsync on), which can be killed and restarted.
 * PostgreSQL refuses to run as root, so root runs it as another user.
 */
public final class PostgresServer implements AutoCloseable {
  private static final String USER = "baton";
  private static final String DATABASE = "baton";

  /** PostgreSQL's frontend/backend protocol, version 3.0: its number, and the first answer. */
  private static final int PROTOCOL = 196_608;

  private static final int ASKS_FOR_PASSWORD = 'R';
  private static final Duration MOST_TO_START = Duration.ofSeconds(60);
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private final PostgresBinaries binaries;
  private final Path folder;
  private final List<String> launcher;
  private final String address;
  private final int port;
  private String password;
  private Process process;

  /**
   * @param folder for its data; made here, and every folder above it must be open to all
   * @param launcher the command prefix that runs it on its host
   */
  public PostgresServer(
      PostgresBinaries binaries, Path folder, List<String> launcher, String address, int port)
      throws IOException {
    this.binaries = binaries;
    this.folder = Files.createDirectory(folder);
    this.launcher = launcher;
    this.address = address;
    this.port = port;
  }

  /** Creates an empty database with a password, and starts the server. */
  public void create(String password) throws IOException, InterruptedException {
    this.password = password;
    Path secret = Files.writeString(folder.resolve("password"), password);
    if (isRoot()) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    }
    run(
        List.of(
            binaries.program("initdb"),
            "--pgdata=" + data(),
            "--username=" + USER,
            "--pwfile=" + secret,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C"));
    Files.delete(secret);
    Files.writeString(data().resolve("pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n");
    run(
        List.of(
            "sh",
            "-c",
            "echo 'CREATE DATABASE %s' | '%s' --single -D '%s' postgres"
                .formatted(DATABASE, binaries.program("postgres"), data())));
    start();
  }

  /** Starts it; returns once it answers. */
  public void start() throws IOException, InterruptedException {
    long begun = System.nanoTime();
    launch();
    while (!isAnswering()) {
      if (System.nanoTime() - begun > MOST_TO_START.toNanos()) {
        throw new IllegalStateException(
            "PostgreSQL did not start; see " + folder.resolve("log").toAbsolutePath());
      }
      if (!process.isAlive()) {
        launch(); // remains of the killed server may still be ending
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void launch() throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(asWhom());
    command.addAll(
        List.of(
            binaries.program("postgres"),
            "-D",
            data().toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=" + address,
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=400"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
  }

  /** Whether it asks for a password; a server that is starting up answers with an error. */
  private boolean isAnswering() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 200);
      socket.setSoTimeout(2_000);
      byte[] who = "user\0%s\0database\0%s\0\0".formatted(USER, DATABASE).getBytes(UTF_8);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(8 + who.length);
      out.writeInt(PROTOCOL);
      out.write(who);
      return socket.getInputStream().read() == ASKS_FOR_PASSWORD;
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills all its processes at once with {@code kill -9}. */
  public void kill() throws InterruptedException {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    process.waitFor();
  }

  /** The URI with the password, for PostgreSQL's own programs; never for a log. */
  public String uri() {
    return "postgresql://%s:%s@%s:%d/%s".formatted(USER, password, address, port, DATABASE);
  }

  /** The URL without the password, as a coordinator gets it. */
  public String url() {
    return "postgresql://%s@%s:%d/%s".formatted(USER, address, port, DATABASE);
  }

  @Override
  public void close() {
    if (process != null) {
      try {
        kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(asWhom());
    whole.addAll(command);
    Process once = new ProcessBuilder(whole).redirectErrorStream(true).start();
    once.getOutputStream().close();
    String said = new String(once.getInputStream().readAllBytes());
    if (once.waitFor() != 0) {
      throw new IllegalStateException("PostgreSQL cannot be set up: " + said.strip());
    }
  }

  private static List<String> asWhom() {
    return isRoot() ? AS_NOBODY : List.of();
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
