package baton.proofs.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
  @TempDir private Path folder;
  private PostgresBinaries binaries;

  @BeforeEach
  void requirePostgres() throws IOException {

    binaries = EmbeddedBinaries.find();
    for (Path above = folder; !above.equals(Path.of("/tmp")) && above.getParent() != null; ) {
      if (Files.getOwner(above).getName().equals(System.getProperty("user.name"))) {
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      above = above.getParent();
    }
  }

  @Test
  void aKilledOneStartsAgainAtTheSamePort() throws Exception {
    int port = FreePort.find();
    try (PostgresServer server =
        new PostgresServer(binaries, folder.resolve("database"), List.of(), "127.0.0.1", port)) {
      server.create("secret");
      connect(port);

      server.kill();
      assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);

      server.start();
      connect(port);
      assertThat(server.url()).isEqualTo("postgresql://baton@127.0.0.1:" + port + "/baton");
    }
  }

  private static void connect(int port) throws IOException {
    new Socket("127.0.0.1", port).close();
  }
}
