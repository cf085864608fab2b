package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The calls about files, without their bytes. */
final class MetadataHandler {
  private static final int MOST_IDS = 1_000;
  private static final int LARGEST_PAGE = 1_000;

  private final FakeFiles files;
  private final Quota quota;
  private final FakeAuth auth;
  private final InstantSource clock;
  private final FileJson json;

  MetadataHandler(FakeFiles files, Quota quota, FakeAuth auth, InstantSource clock) {
    this.files = files;
    this.quota = quota;
    this.auth = auth;
    this.clock = clock;
    this.json = new FileJson(files);
  }

  void create(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    NewFile asked = NewFile.read(exchange.json(), files, consent.sees());
    if (!asked.mimeType().equals(StoredFile.FOLDER)) {
      throw DriveError.invalid("The fake makes files by resumable upload only.");
    }
    answer(
        exchange,
        consent,
        files.add(
            asked.store(consent.client(), clock.instant(), Optional.empty(), 0, Optional.empty())));
  }

  void get(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    answer(exchange, consent, find(exchange, consent));
  }

  void update(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    StoredFile file = find(exchange, consent);
    JsonNode changes = exchange.json();
    if (changes.has("parents")) {
      throw new DriveError(
          403,
          "fieldNotWritable",
          "The parents field is not directly writable in update requests. Use the addParents and"
              + " removeParents parameters instead.");
    }
    file = moved(exchange, consent, file);
    if (changes.has("trashed")) {
      file = file.withTrashed(changes.get("trashed").asBoolean());
    }
    if (changes.has("name")) {
      file = file.withName(changes.get("name").asText()).withModified(clock.instant());
    }
    if (changes.has("appProperties")) {
      file = file.withAppProperties(NewFile.properties(file.appProperties(), changes));
    }
    answer(exchange, consent, files.replace(file));
  }

  /** A file has one parent: it gets another only in exchange for the one it has. */
  private StoredFile moved(Exchange exchange, Consent consent, StoredFile file) {
    Optional<String> added = exchange.parameter("addParents").map(FakeFiles::folder);
    Optional<String> removed = exchange.parameter("removeParents").map(FakeFiles::folder);
    if (added.isPresent()) {
      files.requireFolder(added.get(), consent.sees());
    }
    boolean leaves = removed.equals(Optional.of(file.parent()));
    if (added.isPresent() && !leaves && !added.get().equals(file.parent())) {
      throw new DriveError(
          403, "cannotAddParent", "Increasing the number of parents is not allowed");
    }
    if (added.isEmpty() && leaves) {
      throw new DriveError(403, "cannotRemoveParent", "The fake keeps no file without a parent.");
    }
    return added.map(file::withParent).orElse(file);
  }

  void delete(Exchange exchange) throws IOException {
    files.delete(find(exchange, auth.require(exchange)).id());
    exchange.replyEmpty(204);
  }

  void emptyTrash(Exchange exchange) throws IOException {
    auth.require(exchange);
    files.emptyTrash();
    exchange.replyEmpty(204);
  }

  private StoredFile find(Exchange exchange, Consent consent) {
    String id = exchange.lastStep();
    return files.visible(id, consent.sees()).orElseThrow(() -> DriveError.notFound(id));
  }

  private void answer(Exchange exchange, Consent consent, StoredFile file) throws IOException {
    ObjectNode told = json.of(file, exchange.parameter("fields"), consent.client());
    if (exchange.fault(Action.WrongSha256.class).isPresent()) {
      told.put("sha256Checksum", FileJson.NO_SHA256);
    }
    exchange.reply(200, told);
  }

  void list(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    String query = exchange.parameter("q").orElse("");
    List<StoredFile> found =
        sorted(exchange, files.list(consent.sees(), Query.parse(query, files)));
    int size = exchange.parameter("pageSize").map(Integer::parseInt).orElse(100);
    if (size < 1 || size > LARGEST_PAGE) {
      throw DriveError.invalid(
          "Invalid value '%d'. Values must be within the range: [1, 1000]".formatted(size));
    }
    int from = exchange.parameter("pageToken").map(Integer::parseInt).orElse(0);
    int to = Math.min(found.size(), from + size);

    ObjectNode page =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "drive#fileList")
            .put("incompleteSearch", false);
    if (to < found.size()) {
      page.put("nextPageToken", Integer.toString(to));
    }
    ArrayNode items = page.putArray("files");
    for (StoredFile file : found.subList(Math.min(from, to), to)) {
      items.add(json.of(file, Optional.of("*"), consent.client()));
    }
    String fields =
        exchange
            .parameter("fields")
            .orElse("kind,incompleteSearch,nextPageToken,files(" + FileJson.DEFAULT_FIELDS + ")");
    exchange.reply(200, Fields.parse(fields).of(page));
  }

  /** Without an order Drive promises none; the newest first is as good as any, and finds bugs. */
  private static List<StoredFile> sorted(Exchange exchange, List<StoredFile> found) {
    String order = exchange.parameter("orderBy").orElse("createdTime desc");
    Comparator<StoredFile> oldestFirst = Comparator.comparing(StoredFile::created);
    return switch (order) {
      case "createdTime" -> found.stream().sorted(oldestFirst).toList();
      case "modifiedTime" ->
          found.stream().sorted(Comparator.comparing(StoredFile::modified)).toList();
      case "createdTime desc" -> found.stream().sorted(oldestFirst.reversed()).toList();
      default -> throw DriveError.invalid("Invalid orderBy " + order);
    };
  }

  void generateIds(Exchange exchange) throws IOException {
    auth.require(exchange);
    int count = exchange.parameter("count").map(Integer::parseInt).orElse(10);
    if (count < 1 || count > MOST_IDS) {
      throw DriveError.invalid("Invalid count " + count);
    }
    ObjectNode answer =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "drive#generatedIds")
            .put("space", "drive");
    ArrayNode ids = answer.putArray("ids");
    for (int i = 0; i < count; i++) {
      ids.add(files.generateId());
    }
    exchange.reply(200, answer);
  }

  void about(Exchange exchange) throws IOException {
    Consent consent = auth.require(exchange);
    String fields =
        exchange
            .parameter("fields")
            .orElseThrow(
                () -> new DriveError(400, "required", "The 'fields' parameter is required."));
    ObjectNode about = JsonNodeFactory.instance.objectNode().put("kind", "drive#about");
    about.putObject("user").put("displayName", consent.user()).put("emailAddress", consent.user());
    quota.writeTo(about.putObject("storageQuota"));
    exchange.reply(200, Fields.parse(fields).of(about));
  }
}
