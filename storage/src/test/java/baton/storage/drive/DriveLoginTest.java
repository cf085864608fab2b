package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.StoreId;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.ConsentedAccess;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.DriveLogout;
import baton.storage.drive.oauth.OAuthCall;
import baton.storage.drive.oauth.OAuthClient;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DriveSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sign-in with a code, from the first screen to the last. */
class DriveLoginTest {
  private static final String ALICE = "alice@example.com";
  private static final OAuthClient CLIENT = new OAuthClient("own-client", "secret-own");
  private static final OAuthClient OTHER = new OAuthClient("other-client", "secret-other");

  @TempDir Path folder;
  @TempDir Path remote;
  private final List<String> shown = new ArrayList<>();
  private Bench bench;
  private HookedTime time;
  private ConsentFile file;

  @BeforeEach
  void start() throws IOException {
    bench = new Bench(remote, 1);
    time = new HookedTime(bench.time());
    file = new ConsentFile(folder.resolve("data"));
  }

  @AfterEach
  void stop() throws IOException {
    bench.close();
  }

  private DriveAccount login(OAuthClient client, boolean anotherStore) throws Exception {
    return new DriveLogin(
            file, bench.drive().base(), time, new Random(1), () -> new StoreId("store-1"))
        .run(
            new DriveLogin.Wish(client, Optional.empty(), anotherStore),
            (address, code, expiresIn) -> shown.add(code));
  }

  /** The user agrees before the first question about it. */
  private DriveAccount login(OAuthClient client, String user) throws Exception {
    time.onWaking(sleep -> approve(user));
    return login(client, false);
  }

  private void approve(String user) {
    bench.drive().deviceCodes().approve(shown.get(shown.size() - 1), user);
  }

  @Test
  void whoTypesTheCodeAndAgreesIsSignedIn() throws Exception {
    DriveAccount account = login(CLIENT, ALICE);

    assertThat(account.identity()).isEqualTo(ALICE);
    assertThat(account.client()).isEqualTo("own-client");
    assertThat(account.store()).isEqualTo(new StoreId("store-1"));
    DriveConsent kept = file.consent().orElseThrow();
    assertThat(kept.account()).isEqualTo(account);
    assertThat(DriveRoot.open(setup(kept), account.folder())).isEqualTo(DriveRoot.of(account));
  }

  private DriveSetup setup(DriveConsent consent) {
    return DriveSetup.of(consent, Bench.SMALL, bench.time(), new Random(1));
  }

  @Test
  void googleIsAskedAtItsOwnPaceUntilTheUserHasAgreed() throws Exception {
    time.onWaking(
        sleep -> {
          if (sleep == 4) {
            approve(ALICE);
          }
        });
    login(CLIENT, false);
    assertThat(bench.drive().count(Operation.TOKEN)).isEqualTo(4 + 1); // the last: for access
    assertThat(time.slept()).isEqualTo(Duration.ofSeconds(4 * 5));
  }

  @Test
  void toldToSlowDownItAsksLessOften() throws Exception {
    time.onWaking(
        sleep -> {
          if (sleep == 1) {
            pollToo();
          }
          if (sleep == 3) {
            approve(ALICE);
          }
        });
    login(CLIENT, false);
    assertThat(time.slept()).isEqualTo(Duration.ofSeconds(5 + 10 + 10));
  }

  /** Another program asks with the same code, so that the next answer is to slow down. */
  private void pollToo() {
    try {
      OAuthCall.post(
          bench.drive().base().resolve("token"),
          Map.of(
              "client_id", CLIENT.id(),
              "device_code", "fake-device-secret-1",
              "grant_type", "urn:ietf:params:oauth:grant-type:device_code"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBadMomentOfGoogleIsWaitedOut() throws Exception {
    bench.drive().faults().from(Operation.TOKEN, 1, 2, new Action.Refuse(503, "backendError"));
    assertThat(login(CLIENT, ALICE).identity()).isEqualTo(ALICE);
  }

  @Test
  void whoRefusesIsToldThatNothingHasChanged() {
    time.onWaking(sleep -> bench.drive().deviceCodes().deny(shown.get(0)));
    assertThatThrownBy(() -> login(CLIENT, false))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("refused in the browser");
    assertThat(file.path()).doesNotExist();
  }

  @Test
  void aCodeThatNobodyTypesExpires() {
    assertThatThrownBy(() -> login(CLIENT, false)).hasMessageContaining("code has expired");
    assertThat(time.slept()).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(31));
    assertThat(file.path()).doesNotExist();
  }

  @Test
  void withoutNetworkItSaysSo() throws Exception {
    bench.close();
    assertThatThrownBy(() -> login(CLIENT, false))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("cannot be reached");
  }

  @Test
  void anotherClientIsRefusedBeforeAnyCodeIsShown() throws Exception {
    login(CLIENT, ALICE);
    long codes = bench.drive().count(Operation.DEVICE_CODE);
    String before = Files.readString(file.path());

    assertThatThrownBy(() -> login(OTHER, ALICE))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("own-client")
        .hasMessageContaining("other-client")
        .hasMessageContaining("--another-store");
    assertThat(bench.drive().count(Operation.DEVICE_CODE)).isEqualTo(codes);
    assertThat(Files.readString(file.path())).isEqualTo(before);
  }

  @Test
  void anotherUserIsRefusedBeforeAnythingIsWrittenToHisDrive() throws Exception {
    login(CLIENT, ALICE);
    long made = bench.drive().count(Operation.CREATE);
    String before = Files.readString(file.path());

    assertThatThrownBy(() -> login(CLIENT, "bob@example.com"))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining(ALICE)
        .hasMessageContaining("bob@example.com");
    assertThat(bench.drive().count(Operation.CREATE)).isEqualTo(made);
    assertThat(bench.drive().uploadsBegun()).isZero();
    assertThat(Files.readString(file.path())).isEqualTo(before);
  }

  @Test
  void whoeverLeavesTheStoreMaySignInAsAnother() throws Exception {
    login(CLIENT, ALICE);
    time.onWaking(sleep -> approve("bob@example.com"));
    assertThat(login(OTHER, true).identity()).isEqualTo("bob@example.com");
  }

  @Test
  void afterARevocationTheSameStoreIsOpenedAgain() throws Exception {
    DriveAccount first = login(CLIENT, ALICE);
    bench.drive().auth().revoke(CLIENT.id());
    assertThatThrownBy(() -> ConsentedAccess.get(file.consent().orElseThrow()))
        .isInstanceOf(SignInException.class)
        .hasMessageContaining("7 days")
        .hasMessageContaining("baton drive login");

    assertThat(login(CLIENT, ALICE)).isEqualTo(first);
    assertThat(ConsentedAccess.get(file.consent().orElseThrow()).expiresIn())
        .isBetween(Duration.ofMinutes(58), Duration.ofMinutes(60));
  }

  @Test
  void aStoreInTheTrashIsSaidToBeThere() throws Exception {
    bench.drive().files().trash(login(CLIENT, ALICE).folder());
    assertThatThrownBy(() -> login(CLIENT, ALICE)).hasMessageContaining("lies in the trash");
  }

  @Test
  void aSignOutTakesTheConsentBackAndForgetsIt() throws Exception {
    login(CLIENT, ALICE);
    DriveConsent consent = file.consent().orElseThrow();

    assertThat(DriveLogout.run(file)).isEqualTo(DriveLogout.Result.TAKEN_BACK);
    assertThatThrownBy(() -> ConsentedAccess.get(consent)).isInstanceOf(SignInException.class);
    assertThat(DriveLogout.run(file)).isEqualTo(DriveLogout.Result.WAS_NOT_SIGNED_IN);
    assertThatThrownBy(() -> login(OTHER, ALICE)).hasMessageContaining("own-client");
  }

  @Test
  void aSignOutIsOneWhetherOrNotGoogleHears() throws Exception {
    login(CLIENT, ALICE);
    bench.drive().auth().revoke(CLIENT.id());
    assertThat(DriveLogout.run(file)).isEqualTo(DriveLogout.Result.HAD_ENDED);

    login(CLIENT, ALICE);
    bench.drive().faults().always(Operation.REVOKE, new Action.Refuse(503, "backendError"));
    assertThat(DriveLogout.run(file)).isEqualTo(DriveLogout.Result.GOOGLE_NOT_REACHED);
    assertThat(file.consent()).isEmpty();
  }
}
