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

/** The calls about files and folders, each repeated until it is answered. */
final class DriveFiles {
  static final String FOLDER = "application/vnd.google-apps.folder";

  private static final String FIELDS =
      "id,name,mimeType,size,sha256Checksum,trashed,createdTime,parents,appProperties";
  private static final int IDS = 20;

  /** A list costs the same, however long it is. */
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

  /** An id for a file that is not there yet: with it, a repeated request makes no second file. */
  synchronized String newId() throws StoreException {
    if (ids.isEmpty()) {
      ids.addAll(
          setup.call(
              "get file ids",
              () -> files().generateIds().setCount(IDS).setSpace("drive").execute().getIds()));
    }
    return ids.removeFirst();
  }

  /** What lies under an id, in the trash or not; empty: nothing that this sign-in may see. */
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

  /** What the index knows, in the trash or not, the oldest first. */
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

  /** Waits until one more file or folder may be created. */
  void awaitTurnToCreate() throws StoreException {
    pace.await();
  }

  /** Creates a folder under a new id; a reply that was lost is found by that id. */
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
      // Only an earlier attempt of this very call can have used the id.
      if (e.kind() != Kind.EXISTS) {
        throw e;
      }
    }
    return folder.getId();
  }
}
