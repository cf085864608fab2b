package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.protocol.Ask;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.Borrower;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.message.StatusView.DriveView;
import baton.storage.drive.Bench;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DriveAccount;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that have no access to the store of a job, and a coordinator that lends it. */
class LendingOverHttpTest {
  private static final String ALICE = "alice@example.com";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path data;
  @TempDir Path store;
  @TempDir Path remote;
  private final Pocket pocket = new Pocket();
  private Bench bench;
  private RunningCoordinator coordinator;
  private CoordinatorClient borrower;

  /** What a worker was lent. */
  private static final class Pocket implements Borrower {
    private final List<StoreAccess> lent = new ArrayList<>();
    private boolean refused;

    @Override
    public Sha256 held() {
      return Sha256.ofText(lent.isEmpty() ? "" : newest().token());
    }

    @Override
    public boolean isRefused() {
      return refused;
    }

    @Override
    public void lent(StoreAccess newest) {
      lent.add(newest);
    }

    StoreAccess newest() {
      return lent.get(lent.size() - 1);
    }
  }

  @BeforeEach
  void start() throws Exception {
    bench = new Bench(remote, 1);
    coordinator = RunningCoordinator.start(data, store);
    borrower =
        new CoordinatorClient(
            List.of(coordinator.address()), coordinator.token(Role.WORKER), Optional.of(pocket));
    coordinator
        .client(Role.ADMIN)
        .submit(JobSpec.of("job", "digits", 3).withSeed(1), Optional.empty());
  }

  @AfterEach
  void stop() throws Exception {
    coordinator.close();
    bench.close();
  }

  private DriveAccount signIn() throws Exception {
    DriveAccount account = bench.signIn(new ConsentFile(data), "own-client", ALICE);
    await()
        .atMost(PATIENCE)
        .until(() -> drive().filter(d -> d.lends() && d.usedBytes() != null).isPresent());
    return account;
  }

  private Optional<DriveView> drive() throws Exception {
    return Optional.ofNullable(coordinator.client(Role.VIEWER).status().drive());
  }

  private static Ask ask() {
    return Ask.of(
            Sha256.ofText("secret of anna"),
            new SessionId("anna"),
            "anna",
            Set.of("digits"),
            Set.of(),
            "cpu")
        .reading(Manifest.FORMAT);
  }

  private Held lease() throws Exception {
    Asked asked = borrower.lease(ask(), Duration.ZERO);
    assertThat(asked).isInstanceOf(Asked.Leased.class);
    return Held.of(((Asked.Leased) asked).grant(), "secret of anna");
  }

  private void renew(Held lease) throws Exception {
    borrower.renew(lease, Phase.TRAIN, Position.START, 1, OptionalDouble.empty());
  }

  @Test
  void whoBorrowsIsToldWhyThereIsNoLeaseBeforeASignIn() throws Exception {
    Asked asked = borrower.lease(ask(), Duration.ZERO);
    assertThat(asked)
        .isInstanceOfSatisfying(
            Asked.Nothing.class,
            nothing -> assertThat(nothing.reason()).contains("baton drive login"));
    assertThat(drive()).isEmpty();
  }

  @Test
  void whoBorrowsIsAnsweredSoonSoThatASignInIsNotMissed() throws Exception {
    long begun = System.nanoTime();
    borrower.lease(ask(), Duration.ofSeconds(60));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(40));
  }

  @Test
  void aLeaseComesWithAccessAndTheJobIsBoundToTheLentStore() throws Exception {
    DriveAccount account = signIn();
    lease();
    assertThat(pocket.newest().store()).isEqualTo(account.store());
    assertThat(pocket.newest().identity()).isEqualTo(ALICE);
    assertThat(pocket.newest().folder()).isEqualTo(account.folder());
    assertThat(coordinator.client(Role.VIEWER).jobs().get(0).store()).isEqualTo(account.store());
  }

  @Test
  void aRepeatedAskIsLentAccessToo() throws Exception {
    signIn();
    Held first = lease();
    assertThat(lease()).isEqualTo(first);
    assertThat(pocket.lent).hasSize(2);
  }

  @Test
  void aRenewalBringsOnlyWhatIsNewer() throws Exception {
    signIn();
    Held lease = lease();
    renew(lease);
    assertThat(pocket.lent).hasSize(1);

    pocket.refused = true;
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              renew(lease);
              return pocket.lent.size() > 1;
            });
    assertThat(pocket.newest().token()).isNotEqualTo(pocket.lent.get(0).token());
  }

  @Test
  void whoHasAccessOfItsOwnIsLentNone() throws Exception {
    DriveAccount account = signIn();
    String answer = leaseOf("ben", account.store().value(), "").response().body();
    assertThat(answer).contains("\"fence\":1").doesNotContain("access").doesNotContain("secret-");
  }

  /** An ask as it stands on the wire. */
  private ContractedHttp.Answer leaseOf(String session, String read, String more) {
    String body =
        """
        {"secretHash":"%s","session":"%s","worker":"anna","programs":["digits"],
        "stores":[%s],"device":"cpu"%s}
        """
            .formatted(
                Sha256.ofText(session), session, read.isEmpty() ? "" : "\"" + read + "\"", more);
    return http().post("/v1/leases").token(coordinator.token(Role.WORKER)).json(body).send();
  }

  private ContractedHttp http() {
    return new ContractedHttp(coordinator.address());
  }

  @Test
  void whatIsLentStandsOnTheWireAsTheContractSays() throws Exception {
    DriveAccount account = signIn();
    JsonObject lease = leaseOf("anna", "", ",\"borrows\":true").json();
    JsonObject access = lease.getJsonObject("access");
    assertThat(access.getString("kind")).isEqualTo("drive");
    assertThat(access.getString("folder")).isEqualTo(account.folder());
    assertThat(access.getLong("expiresInMs")).isBetween(3_000_000L, 3_600_000L);

    String path = "/v1/jobs/%s/leases/1/renew".formatted(lease.getString("jobId"));
    String body =
        """
        {"phase":"TRAIN","position":{"epoch":0,"batch":1},"progress":1,"accessHeld":"%s"}
        """
            .formatted(Sha256.ofText(""));
    JsonObject renewed =
        http()
            .post(path)
            .token(coordinator.token(Role.WORKER))
            .header("Baton-Lease-Secret", "anna")
            .json(body)
            .send()
            .json();
    assertThat(renewed.getJsonObject("access").getString("token"))
        .isEqualTo(access.getString("token"));
    http().get("/v1/status").token(coordinator.token(Role.VIEWER)).send();
  }

  @Test
  void whoHasAccessThroughAnotherClientIsToldWhoseStoreItIs() throws Exception {
    DriveAccount account = signIn();
    Held first = lease();
    borrower.release(first, ReleaseReason.SESSION_ENDING, Optional.empty());

    Ask other =
        Ask.of(
                Sha256.ofText("ben"),
                new SessionId("ben"),
                "ben",
                Set.of("digits"),
                Set.of(new StoreId("of-another-client")),
                "cpu")
            .reading(Manifest.FORMAT);
    Asked asked = coordinator.client(Role.WORKER).lease(other, Duration.ZERO);
    assertThat(asked)
        .isInstanceOfSatisfying(
            Asked.Nothing.class,
            nothing ->
                assertThat(nothing.reason())
                    .contains("bound to the store " + account.store())
                    .contains("Google Drive of " + ALICE)
                    .contains("OAuth client own-client"));
  }

  @Test
  void theStatusTellsWhoseDriveItIsAndHowFullAndNoSecret() throws Exception {
    bench.drive().quota().limit(15_000_000_000L);
    DriveAccount account = signIn();
    assertThat(drive())
        .contains(
            new DriveView(
                ALICE, "own-client", account.store(), true, null, 15_000_000_000L, 0L, 0L));
    assertThat(coordinator.client(Role.VIEWER).statusText())
        .contains("Google Drive of alice@example.com: 0.0 MB of 15.0 GB used")
        .doesNotContain("secret-");
  }
}
