package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.oauth.LentCredentials;
import baton.storage.drive.oauth.MachineSignIn;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DriveSetup;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A notebook's sign-in, from the metadata server that Colab emulates. */
class MachineSignInTest extends DriveStory {
  private static final String PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

  private HttpServer server;
  private volatile boolean signedIn = true;
  private volatile int asked;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        PATH,
        exchange -> {
          asked++;
          boolean proper =
              "Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"));
          byte[] answer = (signedIn ? token() : "{}").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(signedIn && proper ? 200 : 404, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  private String token() {
    return "{\"access_token\":\"%s\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
        .formatted(
            bench
                .drive()
                .auth()
                .accessToken(Bench.CLIENT, "user@example.com", FakeAuth.DRIVE_FILE));
  }

  @AfterEach
  void stopServing() {
    server.stop(0);
  }

  private SignIn find() throws StoreException {
    return MachineSignIn.find(
        Map.of("TBE_EPHEM_CREDS_ADDR", "127.0.0.1:" + server.getAddress().getPort()));
  }

  private DriveSetup setup() throws StoreException {
    DriveConnection connection = DriveConnection.open(bench.drive().base(), find());
    return new DriveSetup(connection, Bench.SMALL, bench.time(), new Random(1));
  }

  @Test
  void aNotebookOpensTheStoreWithItsOwnSignIn() throws Exception {
    DriveRoot root = DriveRoot.findOrCreate(setup(), Optional.empty(), () -> new StoreId("new"));
    assertThat(root).isEqualTo(DriveRoot.find(bench.setup()).orElseThrow());
  }

  @Test
  void aTokenThatEndsInMidSessionIsReplaced() throws Exception {
    DriveSetup setup = setup();
    bench.drive().auth().expireAccess();
    assertThat(DriveRoot.find(setup)).isPresent();
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void aNotebookThatIsNotSignedInIsToldTheCell() {
    signedIn = false;
    assertThat(catchThrowableOfType(StoreException.class, this::find))
        .hasMessageContaining("auth.authenticate_user()")
        .hasNoCause();
  }

  @Test
  void aNotebookThatIsNotSignedInHasNoneOfItsOwn() throws Exception {
    Map<String, String> colab =
        Map.of("TBE_EPHEM_CREDS_ADDR", "127.0.0.1:" + server.getAddress().getPort());
    assertThat(MachineSignIn.findIfAny(colab)).isPresent();
    signedIn = false;
    assertThat(MachineSignIn.findIfAny(colab)).isEmpty();
  }

  @Test
  void theAccountOfAVirtualMachineIsNoUsers() {
    assertThat(new SignIn(ComputeEngineCredentials.create()).isOfVirtualMachine()).isTrue();
    assertThat(new SignIn(new LentCredentials(bench.time())).isOfVirtualMachine()).isFalse();
  }

  @Test
  void aSignInThatEndsAltogetherIsSaidSo() throws Exception {
    DriveSetup setup = setup();
    bench.drive().auth().expireAccess();
    signedIn = false;
    assertThat(catchThrowableOfType(StoreException.class, () -> DriveRoot.find(setup)))
        .hasMessageContaining("sign in to Drive again")
        .hasMessageNotContaining("secret-");
  }
}
