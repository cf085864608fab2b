package baton.storage.drive;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.transfer.CreationPace;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.Drive;
import com.google.api.services.drive.model.File;
import com.google.api.services.drive.model.FileList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The metadata calls for files and folders; each is retried while the failure may pass. */
final class DriveFiles {
  static final String FOLDER = "application/vnd.google-apps.folder";

  private static final String FIELDS =
      "id,name,mimeType,size,sha256Checksum,trashed,createdTime,parents,appProperties";
  private static final int IDS = 20;

  /** A page of a list costs the same, whatever its length. */
  private static final int PAGE = 1_000;

  private final DriveSetup setup;
  private final Deque<String> ids = new ArrayDeque<>();
  private final CreationPace pace;

  DriveFiles(DriveSetup setup) {
    this.setup = setup;
    this.pace = new CreationPace(setup.time());
  }

  private Drive.Files files() {
    return setup.connection().drive().files();
  }

  /** An id for a new file: with it, a retried request creates no second file. */
  synchronized String newId() throws StoreException {
    if (ids.isEmpty()) {
      ids.addAll(
          setup.call(
              "get file ids",
              () -> files().generateIds().setCount(IDS).setSpace("drive").execute().getIds()));
    }
    return ids.removeFirst();
  }

  /** The file with this id, in the trash or not; empty: there is none that this sign-in may see. */
  Optional<File> byId(String doing, String id) throws StoreException {
    try {
      return Optional.of(
          setup.call(
              doing, () -> files().get(id).setSupportsAllDrives(true).setFields(FIELDS).execute()));
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The files that the index finds, in the trash or not, oldest first. */
  List<File> find(String doing, String query) throws StoreException {
    List<File> found = new ArrayList<>();
    String page = null;
    do {
      String next = page;
      FileList list =
          setup.call(
              doing,
              () ->
                  files()
                      .list()
                      .setQ(query)
                      .setSupportsAllDrives(true)
                      .setIncludeItemsFromAllDrives(true)
                      .setPageToken(next)
                      .setPageSize(PAGE)
                      .setFields("nextPageToken,files(" + FIELDS + ")")
                      .execute());
      found.addAll(list.getFiles());
      page = list.getNextPageToken();
    } while (page != null);
    found.sort(
        Comparator.comparingLong((File f) -> f.getCreatedTime().getValue())
            .thenComparing(File::getId));
    return found;
  }

  /** Waits until the rate limit permits creating one more file or folder. */
  void awaitTurnToCreate() throws StoreException {
    pace.await();
  }

  /** Creates a folder with a new id, so that a retry after a lost reply creates no second one. */
  String createFolder(String name, String parent, Map<String, String> labels)
      throws StoreException {
    File folder =
        new File()
            .setId(newId())
            .setName(name)
            .setMimeType(FOLDER)
            .setParents(List.of(parent))
            .setAppProperties(labels);
    awaitTurnToCreate();
    try {
      setup.call(
          "create the folder " + name,
          () -> files().create(folder).setSupportsAllDrives(true).setFields("id").execute());
    } catch (StoreException e) {
      // Only an earlier attempt of this call can have used the id.
      if (e.kind() != Kind.EXISTS) {
        throw e;
      }
    }
    return folder.getId();
  }
}
