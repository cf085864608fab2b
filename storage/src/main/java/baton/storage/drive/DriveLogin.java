package baton.storage.drive;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.storage.StoreTime;
import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.DeviceFlow;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.oauth.DriveConsent;
import baton.storage.drive.oauth.OAuthClient;
import baton.storage.drive.oauth.SignIn;
import baton.storage.drive.oauth.SignInException;
import baton.storage.drive.transfer.DriveConnection;
import baton.storage.drive.transfer.DrivePolicy;
import baton.storage.drive.transfer.DriveSetup;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The sign-in of a coordinator.
 *
 * <ol>
 *   <li>An OAuth client other than that of the coordinator's store is refused at once (R15).
 *   <li>The user agrees, with a code on another device.
 *   <li>A user other than that of the store is refused, before anything is written to that Drive.
 *   <li>The store is opened; at the first sign-in it is found or created.
 *   <li>The consent is stored.
 * </ol>
 */
public final class DriveLogin {
  private final ConsentFile file;
  private final URI api;
  private final StoreTime time;
  private final RandomGenerator random;
  private final Supplier<StoreId> newId;

  /** Shows a person how to sign in. */
  public interface Screen {
    void show(String address, String code, Duration expiresIn);
  }

  /**
   * The options of a sign-in.
   *
   * @param folder the store's name, at the first sign-in
   * @param anotherStore whether to leave the store to which the existing jobs are bound
   */
  public record Wish(OAuthClient client, Optional<String> folder, boolean anotherStore) {}

  public DriveLogin(
      ConsentFile file, URI api, StoreTime time, RandomGenerator random, Supplier<StoreId> newId) {
    this.file = file;
    this.api = api;
    this.time = time;
    this.random = random;
    this.newId = newId;
  }

  /** Signs in, and returns the account. */
  public DriveAccount run(Wish wish, Screen screen) throws SignInException, InterruptedException {
    Optional<DriveAccount> before = wish.anotherStore() ? Optional.empty() : file.account();
    String client = wish.client().id();
    if (before.filter(account -> !account.client().equals(client)).isPresent()) {
      throw foreign(before.get(), "this is the client " + client);
    }
    DeviceFlow flow = new DeviceFlow(wish.client(), api, time);
    DeviceFlow.Prompt prompt = flow.begin();
    screen.show(prompt.address(), prompt.userCode(), prompt.expiresIn());
    String refreshToken = flow.await(prompt).refreshToken();
    try {
      DriveSetup setup = setup(wish.client(), refreshToken);
      String identity = DriveSpace.read(setup).user();
      if (before.filter(account -> !account.identity().equals(identity)).isPresent()) {
        throw foreign(before.get(), "you signed in as " + identity);
      }
      DriveRoot root =
          before.isPresent()
              ? DriveRoot.open(setup, before.get().folder())
              : DriveRoot.findOrCreate(setup, wish.folder(), newId);
      DriveAccount account = new DriveAccount(api, identity, client, root.folderId(), root.id());
      file.write(new DriveConsent(account, wish.client(), refreshToken));
      return account;
    } catch (StoreException e) {
      throw new SignInException(e.getMessage());
    }
  }

  private DriveSetup setup(OAuthClient client, String refreshToken) {
    SignIn signIn = new SignIn(DriveConsent.credentials(api, client, refreshToken));
    return new DriveSetup(DriveConnection.open(api, signIn), DrivePolicy.standard(), time, random);
  }

  private static SignInException foreign(DriveAccount store, String but) {
    return new SignInException(
        "The jobs of this coordinator are in the store %s, which %s made through the OAuth client %s, but %s, to which Google Drive does not show it; sign in with that account and client, or begin another store with --another-store."
            .formatted(store.store(), store.identity(), store.client(), but));
  }
}
