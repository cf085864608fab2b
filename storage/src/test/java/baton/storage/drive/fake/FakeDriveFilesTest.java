package baton.storage.drive.fake;

import static baton.storage.drive.fake.RawCalls.json;
import static baton.storage.drive.fake.RawCalls.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeDriveFilesTest {
  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final byte[] bytes = new byte[1_000];
  private FakeDrive drive;
  private RawCalls calls;

  @BeforeEach
  void start() throws IOException {
    new Random(7).nextBytes(bytes);
    drive = FakeDrive.start(folder, 0, clock);
    calls = callsOf("c", FakeAuth.DRIVE_FILE);
  }

  private RawCalls callsOf(String client, String scope) {
    return new RawCalls(drive.base(), drive.auth().accessToken(client, "a@b.c", scope));
  }

  @AfterEach
  void stop() throws IOException {
    drive.close();
  }

  private static String metadata(String name, String parent) {
    return "{\"name\":\"%s\",\"parents\":[\"%s\"],\"appProperties\":{\"k\":\"it's\"}}"
        .formatted(name, parent);
  }

  @Test
  void aRangeIs206AndOneBeyondTheEndIs416() throws Exception {
    String id = calls.upload("{}", bytes);
    String media = "drive/v3/files/" + id + "?alt=media";

    HttpResponse<byte[]> part = calls.get(media, "Range", "bytes=100-199");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 100-199/1000");
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 100, 200));
    assertThat(calls.get(media).body()).isEqualTo(bytes);
    assertThat(calls.get(media, "Range", "bytes=1000-1001").statusCode()).isEqualTo(416);
  }

  @Test
  void aCutReplyEndsTooSoon() throws Exception {
    String id = calls.upload("{}", bytes);
    drive.faults().next(Operation.DOWNLOAD, new Action.CutReply(500));
    assertThatThrownBy(() -> calls.get("drive/v3/files/" + id + "?alt=media"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void listsGoByParentNameKindAndProperty() throws Exception {
    String parent = calls.newFolder("top", "root");
    String id = calls.upload(metadata("f", parent), bytes);
    String other = calls.upload(metadata("g", parent), bytes);

    assertThat(ids("'" + parent + "' in parents and name = 'f'")).containsExactly(id);
    assertThat(ids("appProperties has { key='k' and value='it\\'s' }"))
        .containsExactlyInAnyOrder(id, other);
    assertThat(ids("mimeType = 'application/vnd.google-apps.folder'")).containsExactly(parent);
    assertThat(ids("'root' in parents and trashed = false")).containsExactly(parent);
    assertThat(reason(calls.list("colour = 'red'", ""))).isEqualTo("400 invalid");
  }

  private Iterable<String> ids(String query) throws Exception {
    return json(calls.list(query, "")).at("/files").findValuesAsText("id");
  }

  @Test
  void listsComeInPages() throws Exception {
    for (int i = 0; i < 3; i++) {
      calls.upload("{}", bytes);
    }
    HttpResponse<byte[]> first = calls.list("trashed = false", "&pageSize=2");
    String next = json(first).get("nextPageToken").asText();
    HttpResponse<byte[]> second = calls.list("trashed = false", "&pageSize=2&pageToken=" + next);
    assertThat(json(first).at("/files")).hasSize(2);
    assertThat(json(second).at("/files")).hasSize(1);
    assertThat(json(second).has("nextPageToken")).isFalse();
  }

  @Test
  void aNewFileIsFoundByIdAtOnceAndInListsLater() throws Exception {
    drive.files().indexLag(Duration.ofSeconds(10));
    String id = calls.upload("{\"name\":\"f\"}", bytes);
    assertThat(calls.get("drive/v3/files/" + id).statusCode()).isEqualTo(200);
    assertThat(ids("name = 'f'")).isEmpty();
    clock.pass(Duration.ofSeconds(10));
    assertThat(ids("name = 'f'")).containsExactly(id);
  }

  @Test
  void onlyWhatIsAskedForIsTold() throws Exception {
    String id = calls.upload("{\"name\":\"f\"}", bytes);
    assertThat(json(calls.get("drive/v3/files/" + id)).fieldNames())
        .toIterable()
        .containsExactly("kind", "id", "name", "mimeType");
    assertThat(json(calls.get("drive/v3/files/" + id + "?fields=size")).toString())
        .isEqualTo("{\"size\":\"1000\"}");
  }

  @Test
  void patchComesAsAPostThatNamesIt() throws Exception {
    String id = calls.upload("{\"name\":\"f\"}", bytes);
    calls.call(
        "POST", "drive/v3/files/" + id, "{\"name\":\"g\"}", "X-HTTP-Method-Override", "PATCH");
    assertThat(drive.files().byId(id).orElseThrow().name()).isEqualTo("g");
  }

  @Test
  void trashCountsUntilItIsDeleted() throws Exception {
    String parent = calls.newFolder("top", "root");
    calls.upload(metadata("f", parent), bytes);
    drive.quota().limit(5_000);
    drive.files().trash(parent);
    assertThat(space()).isEqualTo("5000 1000 1000");

    calls.call("DELETE", "drive/v3/files/" + parent, "");
    assertThat(space()).isEqualTo("5000 0 0");
    assertThat(drive.files().all()).isEmpty();
    assertThat(drive.files().emptiedTrash()).isZero();
  }

  private String space() throws Exception {
    var quota = json(calls.get("drive/v3/about?fields=storageQuota")).get("storageQuota");
    assertThat(quota.get("usage").isTextual()).isTrue();
    return quota.get("limit").asText()
        + " "
        + quota.get("usage").asText()
        + " "
        + quota.get("usageInDriveTrash").asText();
  }

  @Test
  void anotherClientSeesNothingUnlessItMaySeeAllAndThenNoProperties() throws Exception {
    String id = calls.upload(metadata("f", "root"), bytes);
    String path = "drive/v3/files/" + id + "?fields=id,appProperties";
    assertThat(json(calls.get(path)).at("/appProperties/k").asText()).isEqualTo("it's");
    assertThat(reason(callsOf("other", FakeAuth.DRIVE_FILE).get(path))).isEqualTo("404 notFound");
    assertThat(json(callsOf("other", FakeAuth.DRIVE).get(path)).has("appProperties")).isFalse();
  }

  @Test
  void aParentThatIsNotThereIsNamed() throws Exception {
    HttpResponse<byte[]> answer = calls.start(metadata("f", "nowhere"), 1);
    assertThat(reason(answer)).isEqualTo("404 notFound");
    assertThat(json(answer).at("/error/message").asText()).isEqualTo("File not found: nowhere.");
  }

  @Test
  void propertiesAreShort() throws Exception {
    String file = "{\"appProperties\":{\"key\":\"" + "v".repeat(122) + "\"}}";
    assertThat(reason(calls.start(file, 1))).isEqualTo("400 invalid");
  }

  private HttpResponse<byte[]> patch(String id, String parameters, String change) throws Exception {
    return calls.call(
        "POST",
        "drive/v3/files/" + id + "?fields=parents,appProperties" + parameters,
        change,
        "X-HTTP-Method-Override",
        "PATCH");
  }

  @Test
  void aChangeOfPropertiesNamesWhatChangesAndNullTakesOneAway() throws Exception {
    String id = calls.upload("{\"appProperties\":{\"a\":\"1\",\"b\":\"2\"}}", bytes);
    HttpResponse<byte[]> changed = patch(id, "", "{\"appProperties\":{\"b\":null,\"c\":\"3\"}}");
    assertThat(json(changed).get("appProperties").properties())
        .extracting(property -> property.getKey() + property.getValue().asText())
        .containsExactlyInAnyOrder("a1", "c3");
  }

  @Test
  void aFileMovesFromParentToParentAndNeverHasTwo() throws Exception {
    String one = calls.newFolder("one", "root");
    String other = calls.newFolder("other", "root");
    String id = calls.upload(metadata("f", one), bytes);

    assertThat(reason(patch(id, "&addParents=" + other, "{}"))).isEqualTo("403 cannotAddParent");
    assertThat(reason(patch(id, "", "{\"parents\":[\"%s\"]}".formatted(other))))
        .isEqualTo("403 fieldNotWritable");
    assertThat(
            json(patch(id, "&addParents=%s&removeParents=%s".formatted(other, one), "{}"))
                .at("/parents/0")
                .asText())
        .isEqualTo(other);
    assertThat(ids("'" + other + "' in parents")).containsExactly(id);
  }

  @Test
  void aPageHasAThousandFilesAtMost() throws Exception {
    assertThat(reason(calls.list("", "&pageSize=1001"))).isEqualTo("400 invalid");
    assertThat(reason(calls.list("", "&pageSize=0"))).isEqualTo("400 invalid");
    assertThat(calls.list("", "&pageSize=1000").statusCode()).isEqualTo(200);
  }
}
