package baton.storage.drive;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpResponse;
import com.google.api.services.drive.Drive;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A store in Google Drive as its keeper sees it: looks at what lies there by id, reads small files,
 * and deletes for good. It writes nothing, and never empties the trash.
 */
public final class DriveKeeper {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,200}");

  private final DriveSetup setup;
  private final DriveRoot root;
  private final DriveFiles files;

  public DriveKeeper(DriveSetup setup, DriveRoot root) {
    this.setup = setup;
    this.root = root;
    this.files = new DriveFiles(setup);
  }

  public StoreId id() {
    return root.id();
  }

  /** The Drive id of the store's root. */
  public String rootFolder() {
    return root.folderId();
  }

  /**
   * Looks whether the store's root is still there for this sign-in: where it is not, every file
   * seems to be missing.
   */
  public void requireRoot() throws StoreException {
    DriveRoot there = DriveRoot.open(setup, root.folderId());
    if (!there.id().equals(root.id())) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The folder in Google Drive is the store %s now, not %s; sign in to the right account."
              .formatted(there.id(), root.id()));
    }
  }

  /** What lies under an id now; empty: nothing that this sign-in may see. */
  public Optional<DriveItem> byId(String id) throws StoreException {
    return ID.matcher(id).matches()
        ? files.byId("look at the file " + id, id).map(DriveItem::of)
        : Optional.empty();
  }

  /** The oldest that bears the path, outside the trash, as far as lists know it. */
  public Optional<DriveItem> find(String path) throws StoreException {
    return files.find("look for " + path, Labels.queryPath(root.id(), path)).stream()
        .map(DriveItem::of)
        .filter(item -> !item.trashed())
        .findFirst();
  }

  /** The same of something that was just written: lists may not know it for a while. */
  public Optional<DriveItem> await(String path) throws StoreException {
    try {
      return Optional.of(
          DriveItem.of(
              new Lookup(
                      setup,
                      () -> files.find("look for " + path, Labels.queryPath(root.id(), path)),
                      path)
                  .run()));
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What is in a folder, as far as lists know it, the oldest first. */
  public List<DriveItem> inside(String folder) throws StoreException {
    return files.find("list a folder", "'" + folder + "' in parents").stream()
        .map(DriveItem::of)
        .toList();
  }

  /** Everything that bears the label of this store, as far as lists know it, the oldest first. */
  public List<DriveItem> all() throws StoreException {
    return files.find("list the store", Labels.queryStore(root.id())).stream()
        .map(DriveItem::of)
        .toList();
  }

  /** The text of a small file, cut where it is longer than {@code most} bytes. */
  public String read(DriveItem file, int most) throws StoreException {
    GenericUrl url = setup.connection().url("drive/v3/files/" + file.id());
    url.set("alt", "media").set("supportsAllDrives", true);
    return setup.call(
        "read " + file.name(),
        () -> {
          HttpResponse answer = setup.connection().requests().buildGetRequest(url).execute();
          try {
            return new String(answer.getContent().readNBytes(most), StandardCharsets.UTF_8);
          } finally {
            answer.disconnect();
          }
        });
  }

  /** Deletes for good; what is gone already is no error. */
  public void delete(DriveItem file) throws StoreException {
    Drive.Files all = setup.connection().drive().files();
    try {
      setup.call(
          "delete " + file.name(),
          () -> all.delete(file.id()).setSupportsAllDrives(true).execute());
    } catch (StoreException e) {
      if (e.kind() != Kind.GONE) {
        throw e;
      }
    }
  }

  /** The time by the clock that dates what lies in Drive. */
  public Instant now() throws StoreException {
    String date =
        setup.call(
            "ask Google Drive for the time",
            () -> {
              HttpResponse answer =
                  setup
                      .connection()
                      .requests()
                      .buildGetRequest(
                          setup.connection().url("drive/v3/about").set("fields", "kind"))
                      .execute();
              try {
                return answer.getHeaders().getDate();
              } finally {
                answer.disconnect();
              }
            });
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date == null ? "" : date));
    } catch (DateTimeException e) {
      throw new StoreException(
          Kind.UNREACHABLE, "Google Drive did not tell its time; it is worth trying again.");
    }
  }

  /** How many bytes more find room; empty: there is no limit. */
  public OptionalLong room() throws StoreException {
    DriveSpace space = DriveSpace.read(setup);
    return space.limit().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, space.limit().getAsLong() - space.used()));
  }

  /** Lets a while pass before a second look. */
  public void pause(Duration time) throws StoreException {
    try {
      setup.time().sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Kind.UNREACHABLE, "It was abandoned: this process is ending.");
    }
  }

  /** How long a file that exists may be missing in lists. */
  public Duration indexLag() {
    return setup.policy().indexLag();
  }
}
