package baton.storage.drive;

import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpResponse;
import com.google.api.services.drive.Drive;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a store on Drive, and deletes permanently. It writes nothing, and never empties the trash;
 * files in the trash are not in the store.
 */
final class DriveReader {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,200}");

  /** Files that are recognized by their label even if a person has renamed them. */
  private static final List<String> WELL_KNOWN = List.of(Manifest.FILE_NAME, JobFile.FILE_NAME);

  private final DriveSetup setup;
  private final DriveRoot root;
  private final DriveFiles files;

  DriveReader(DriveSetup setup, DriveRoot root, DriveFiles files) {
    this.setup = setup;
    this.root = root;
    this.files = files;
  }

  /** Throws if this sign-in does not see the root, since then every file seems to be missing. */
  void requireRoot() throws StoreException {
    DriveRoot there = DriveRoot.open(setup, root.folderId());
    if (!there.id().equals(root.id())) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "The folder in Google Drive is the store %s now, not %s; sign in to the right account."
              .formatted(there.id(), root.id()));
    }
  }

  /** The file or folder with this id, outside the trash. */
  Optional<DriveItem> byId(String id) throws StoreException {
    Optional<DriveItem> item = anywhere(id).filter(found -> !found.trashed());
    if (item.isEmpty()) {
      requireRoot();
    }
    return item;
  }

  private Optional<DriveItem> anywhere(String id) throws StoreException {
    return ID.matcher(id).matches()
        ? files.byId("look at the file " + id, id).map(DriveItem::of)
        : Optional.empty();
  }

  /** The oldest item with this path, outside the trash, as far as lists show it. */
  Optional<DriveItem> find(String path) throws StoreException {
    Optional<DriveItem> item =
        files.find("look for " + path, AppProperties.queryPath(root.id(), path)).stream()
            .map(DriveItem::of)
            .filter(found -> !found.trashed())
            .findFirst();
    if (item.isEmpty()) {
      requireRoot();
    }
    return item;
  }

  /**
   * The entries that Baton wrote into a folder, sorted by name; if two have one name, the older.
   */
  List<Entry> list(String folder) throws StoreException {
    Optional<String> id =
        folder.equals(AppProperties.ROOT)
            ? Optional.of(root.folderId())
            : find(folder).map(DriveItem::id);
    List<Entry> entries = new ArrayList<>();
    if (id.isPresent()) {
      String query = "'%s' in parents and trashed = false".formatted(id.get());
      List<DriveItem> inside =
          files.find("list " + folder, query).stream().map(DriveItem::of).toList();
      entries.addAll(entries(folder, inside).values());
    }
    if (entries.isEmpty()) {
      requireRoot();
    }
    entries.sort(Comparator.comparing(Entry::path));
    return entries;
  }

  /** Lists everything with the store's label: one request per thousand items. */
  List<Entry> walk(Predicate<String> into) throws StoreException {
    requireRoot();
    Map<String, List<DriveItem>> inside = new HashMap<>();
    for (var file : files.find("list the store", AppProperties.queryStore(root.id()))) {
      DriveItem item = DriveItem.of(file);
      if (!item.trashed()) {
        item.parents()
            .forEach(parent -> inside.computeIfAbsent(parent, p -> new ArrayList<>()).add(item));
      }
    }
    List<Entry> all =
        new ArrayList<>(
            entries(AppProperties.ROOT, inside.getOrDefault(root.folderId(), List.of())).values());
    for (int i = 0; i < all.size(); i++) {
      Entry entry = all.get(i);
      if (entry.isFolder() && into.test(entry.path())) {
        all.addAll(entries(entry.path(), inside.getOrDefault(entry.storeId(), List.of())).values());
      }
    }
    return all;
  }

  /**
   * The entries by path; items that a person put there, moved or renamed have no label of a path
   * there.
   */
  private Map<String, Entry> entries(String folder, List<DriveItem> items) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (DriveItem item : items) {
      pathIn(folder, item)
          .ifPresent(
              path ->
                  entries.putIfAbsent(
                      path, new Entry(path, item.id(), item.isFolder(), item.created())));
    }
    return entries;
  }

  private Optional<String> pathIn(String folder, DriveItem item) {
    return Stream.concat(Stream.of(item.name()), WELL_KNOWN.stream())
        .map(name -> folder.equals(AppProperties.ROOT) ? name : folder + "/" + name)
        .filter(path -> item.isAt(root.id(), path))
        .findFirst();
  }

  byte[] read(String id, int most) throws StoreException {
    if (!ID.matcher(id).matches()) {
      throw CheckpointStore.gone(id);
    }
    GenericUrl url = setup.connection().url("drive/v3/files/" + id);
    url.set("alt", "media").set("supportsAllDrives", true);
    return setup.call(
        "read the file " + id,
        () -> {
          HttpResponse answer = setup.connection().requests().buildGetRequest(url).execute();
          try {
            return answer.getContent().readNBytes(most);
          } finally {
            answer.disconnect();
          }
        });
  }

  /**
   * Deletes by labels, which only this OAuth client can write; a file that a person renamed stays.
   */
  void delete(String above, Collection<String> ids, Predicate<String> mayGo) throws StoreException {
    Map<String, Optional<String>> folders = new HashMap<>();
    for (String id : ids) {
      Optional<DriveItem> item = anywhere(id).filter(found -> !found.isFolder());
      if (item.isPresent() && path(above, item.get(), folders).filter(mayGo).isPresent()) {
        delete(item.get());
      }
    }
  }

  /** The path at which Baton wrote the item, if it is in a folder of {@code above}. */
  private Optional<String> path(String above, DriveItem item, Map<String, Optional<String>> folders)
      throws StoreException {
    if (item.parents().size() != 1) {
      return Optional.empty();
    }
    String parent = item.parents().get(0);
    if (!folders.containsKey(parent)) {
      folders.put(
          parent,
          anywhere(parent)
              .filter(DriveItem::isFolder)
              .filter(folder -> folder.isAt(root.id(), above + "/" + folder.name()))
              .map(folder -> above + "/" + folder.name()));
    }
    return folders
        .get(parent)
        .map(folder -> folder + "/" + item.name())
        .filter(path -> item.isAt(root.id(), path));
  }

  /** Deletes a file; a missing one is no error. */
  private void delete(DriveItem file) throws StoreException {
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

  Instant now() throws StoreException {
    String date = setup.call("ask Google Drive for the time", this::date);
    try {
      return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date == null ? "" : date));
    } catch (DateTimeException e) {
      throw new StoreException(
          Kind.UNREACHABLE, "Google Drive did not tell its time; it is worth trying again.");
    }
  }

  private String date() throws IOException {
    GenericUrl url = setup.connection().url("drive/v3/about").set("fields", "kind");
    HttpResponse answer = setup.connection().requests().buildGetRequest(url).execute();
    try {
      return answer.getHeaders().getDate();
    } finally {
      answer.disconnect();
    }
  }

  OptionalLong room() throws StoreException {
    DriveSpace space = DriveSpace.read(setup);
    return space.limit().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, space.limit().getAsLong() - space.used()));
  }
}
