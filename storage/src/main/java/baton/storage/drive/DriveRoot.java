package baton.storage.drive;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.oauth.DriveAccount;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The root folder of a store on Drive. The store's id is a private label on it (R15), which only
 * the OAuth client that created it can read.
 */
public record DriveRoot(String folderId, StoreId id) {
  private static final String DOING = "open the store's folder in Google Drive";
  private static final String MY_DRIVE = "root";
  private static final String USUAL_NAME = "Baton";

  /** The root that an account names; it makes no request. */
  public static DriveRoot of(DriveAccount account) {
    return new DriveRoot(account.folder(), account.store());
  }

  /**
   * Opens the root with this id.
   *
   * @throws StoreException if it is not there, in the trash, or made by another OAuth client
   */
  public static DriveRoot open(DriveSetup setup, String folderId) throws StoreException {
    Optional<File> folder = new DriveFiles(setup).byId(DOING, folderId);
    if (folder.isEmpty()) {
      throw refused(
          "there is none that this sign-in can see; use the account and the OAuth client that made"
              + " it, or make a new store");
    }
    if (Boolean.TRUE.equals(folder.get().getTrashed())) {
      throw refused("it lies in the trash; restore it in Google Drive");
    }
    DriveRoot root =
        of(folder.get())
            .orElseThrow(
                () ->
                    refused(
                        "it bears no store id that this OAuth client can read; use the client that"
                            + " made it"));
    requireOwn(setup, folder.get());
    return root;
  }

  /** Only the user who created a store may use it, through the same OAuth client (R15). */
  private static void requireOwn(DriveSetup setup, File folder) throws StoreException {
    Optional<String> obstacle = DriveOwner.ofSignIn(setup).obstacle(folder);
    if (obstacle.isPresent()) {
      throw refused(obstacle.get());
    }
  }

  private static StoreException refused(String why) {
    return new StoreException(Kind.UNREACHABLE, "Could not " + DOING + ": " + why + ".");
  }

  /**
   * Finds the store that this OAuth client created in the user's Drive, or creates one. If there
   * are several, the oldest counts. Since lists lag, two sessions that both create the first store
   * may get different ones: where that matters, let one session create it and pass on the id.
   *
   * @param name of the store's folder; empty: any existing one, or else {@code Baton}
   * @param newId draws the id of a new store
   */
  public static DriveRoot findOrCreate(
      DriveSetup setup, Optional<String> name, Supplier<StoreId> newId) throws StoreException {
    Optional<DriveRoot> found = find(setup, name);
    if (found.isPresent()) {
      return found.get();
    }
    StoreId id = newId.get();
    Map<String, String> labels = new HashMap<>(AppProperties.of(id, AppProperties.ROOT));
    labels.putAll(DriveOwner.ofSignIn(setup).labels());
    String folder = new DriveFiles(setup).createFolder(name.orElse(USUAL_NAME), MY_DRIVE, labels);
    return find(setup, name).orElse(new DriveRoot(folder, id));
  }

  /** The oldest store of this OAuth client outside the trash. */
  public static Optional<DriveRoot> find(DriveSetup setup) throws StoreException {
    return find(setup, Optional.empty());
  }

  private static Optional<DriveRoot> find(DriveSetup setup, Optional<String> name)
      throws StoreException {
    String query = AppProperties.queryPath(AppProperties.ROOT) + " and trashed = false";
    Optional<File> oldest =
        new DriveFiles(setup)
            .find(DOING, query).stream()
                .filter(folder -> name.isEmpty() || name.get().equals(folder.getName()))
                .filter(folder -> of(folder).isPresent())
                .findFirst();
    if (oldest.isPresent()) {
      requireOwn(setup, oldest.get());
    }
    return oldest.flatMap(DriveRoot::of);
  }

  private static Optional<DriveRoot> of(File folder) {
    Map<String, String> labels = folder.getAppProperties();
    try {
      return Optional.ofNullable(labels)
          .map(all -> all.get(AppProperties.STORE))
          .map(id -> new DriveRoot(folder.getId(), new StoreId(id)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
