package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.http.ContractedHttp.Answer;
import baton.coordinator.http.ContractedHttp.Call;
import baton.protocol.Json;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreMarker;
import baton.protocol.message.CommitRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input gets a clear problem, changes nothing, and even the refusal keeps to the contract. */
class BadInputTest {
  private static final Position MIDDLE = new Position(0, 3);

  @TempDir static Path folder;

  private static Path store;
  private static RunningCoordinator coordinator;
  private static ContractedHttp http;

  @BeforeAll
  static void startCoordinator() throws Exception {
    store = Files.createDirectory(folder.resolve("store"));
    Hand.makeStore(store);
    coordinator = RunningCoordinator.start(folder.resolve("data"), store);
    http = new ContractedHttp(coordinator.address());
  }

  @AfterAll
  static void stopCoordinator() {
    coordinator.close();
  }

  @AfterEach
  void cancelWhatIsLeft() throws Exception {
    for (var job : coordinator.client(Role.ADMIN).jobs()) {
      if (!job.state().equals("CANCELLED") && !job.state().equals("COMPLETE")) {
        coordinator.client(Role.ADMIN).cancel(job.id());
      }
    }
  }

  private static Call as(Role role, Call call) {
    return call.token(coordinator.token(role));
  }

  private static Answer submit(String json) {
    return as(Role.ADMIN, http.post("/v1/jobs")).json(json).send();
  }

  private static Hand leased(String name) throws Exception {
    coordinator.client(Role.ADMIN).submit(Samples.spec(name), Optional.empty());
    Hand hand = new Hand(coordinator.client(Role.WORKER), store, "session-" + name);
    hand.lease();
    return hand;
  }

  private static Call ofLease(Hand hand, String what) {
    String path =
        "/v1/jobs/%s/leases/%s/%s".formatted(hand.held().job(), hand.held().fence(), what);
    return as(Role.WORKER, http.post(path)).header("Baton-Lease-Secret", hand.held().secret());
  }

  private static Answer commit(Hand hand, Optional<Sha256> parent, Position at, String manifest)
      throws Exception {
    CommitRequest body = new CommitRequest(parent.orElse(null), at, manifest, null);
    return ofLease(hand, "commits").json(Json.writer().writeValueAsString(body)).send();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/epochs   | {'name':'a','program':'p','epochs':-24}",
        "/epochs   | {'name':'a','program':'p','epochs':0}",
        "/epochs   | {'name':'a','program':'p','epochs':1000001}",
        "/epochs   | {'name':'a','program':'p','epochs':1.5}",
        "/epochs   | {'name':'a','program':'p','epochs':'many'}",
        "/epochs   | {'name':'a','program':'p'}",
        "/name     | {'program':'p','epochs':1}",
        "/name     | {'name':'../../etc','program':'p','epochs':1}",
        "/name     | {'name':null,'program':'p','epochs':1}",
        "/program  | {'name':'a','program':'rm -rf','epochs':1}",
        "/program  | {'name':'a','program':'p\\n','epochs':1}",
        "/name     | {'name':'a\\n','program':'p','epochs':1}",
        "/store    | {'name':'a','program':'p','epochs':1,'store':'s\\n'}",
        "/parameters/rate | {'name':'a','program':'p','epochs':1,'parameters':{'rate':1e400}}",
        "/parameters/rate | {'name':'a','program':'p','epochs':1,'parameters':{'rate':-1e400}}",
        "/policy/cadence/every | {'name':'a','program':'p','epochs':1,'policy':{'cadence':{'every':1e999,'unit':'EPOCHS'}}}",
        "/epocs    | {'name':'a','program':'p','epochs':1,'epocs':2}",
        "/seed     | {'name':'a','program':'p','epochs':1,'seed':99999999999999999999}",
        "/parameters/rate | {'name':'a','program':'p','epochs':1,'parameters':{'rate':[1]}}",
        "/policy/kepLast  | {'name':'a','program':'p','epochs':1,'policy':{'kepLast':3}}",
        "/policy/keepLast | {'name':'a','program':'p','epochs':1,'policy':{'keepLast':1}}",
        "/policy/ttlSeconds   | {'name':'a','program':'p','epochs':1,'policy':{'ttlSeconds':0}}",
        "/policy/cadence/unit | {'name':'a','program':'p','epochs':1,'policy':{'cadence':{'every':1,'unit':'WEEKS'}}}",
        "''        | []",
        "''        | 7"
      })
  void aSubmissionThatBreaksTheContractNamesItsField(String field, String json) {
    submit(json.replace('\'', '"')).isProblem(422, "invalid-request").names(field);
  }

  @Test
  void whatOnlyTwoFieldsTogetherBreakIsToldAsWell() {
    submit(
            """
            {"name":"a","program":"p","epochs":1,"policy":{"limits":{"TRAIN":
            {"withoutProgressSeconds":60,"wholeSeconds":30}}}}""")
        .isProblem(422, "invalid-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":",
        "",
        "{\"name\":\"a\",\"name\":\"b\",\"program\":\"p\",\"epochs\":1}",
        "{\"name\":\"a\",\"program\":\"p\",\"epochs\":1} {}",
        "{'name':'a'}",
        "null"
      })
  void malformedJsonIsToldAsSuch(String text) {
    submit(text).isProblem(400, "malformed-request");
  }

  @Test
  void nestingWithoutEndIsRefused() {
    submit("[".repeat(100_000)).isProblem(400, "malformed-request");
  }

  @Test
  void aSpecOfTenMegabytesIsRefused() {
    String large = "{\"name\":\"" + "a".repeat(10_000_000) + "\"}";

    submit(large).isProblem(413, "body-too-large");
  }

  @Test
  void aResumeThatBreaksTheContractNamesItsFieldAndAcceptsNothing() throws Exception {
    Hand hand = leased("kept");
    hand.commit(MIDDLE);
    String path = "/v1/jobs/%s/resume".formatted(hand.held().job());

    as(Role.ADMIN, http.post(path))
        .json("{\"acceptChange\":\"yes\"}")
        .send()
        .isProblem(422, "invalid-request")
        .names("/acceptChange");
    as(Role.ADMIN, http.post(path))
        .json("{\"accept\":true}")
        .send()
        .isProblem(422, "invalid-request")
        .names("/accept");
    as(Role.ADMIN, http.post(path)).json("{").send().isProblem(400, "malformed-request");
    as(Role.ADMIN, http.post(path))
        .header("Content-Type", "text/plain")
        .body("{}")
        .send()
        .isProblem(415, "unsupported-media-type");
    as(Role.ADMIN, http.post(path))
        .header("Idempotency-Key", "a key")
        .send()
        .isProblem(422, "invalid-request")
        .names("Idempotency-Key");
    assertThat(as(Role.ADMIN, http.post(path)).json("{}").send().status()).isEqualTo(200);
    assertThat(as(Role.ADMIN, http.post(path)).send().status()).isEqualTo(200);
    assertThat(coordinator.client(Role.ADMIN).job(hand.held().job()).acceptChange()).isNull();
  }

  @Test
  void aMetricIsANumberOrNull() throws Exception {
    Hand hand = leased("worded");
    String manifest = hand.save(MIDDLE).replace("\"accuracy\" : 0.9", "\"accuracy\" : \"NaN\"");

    commit(hand, Optional.empty(), MIDDLE, manifest).isProblem(422, "manifest-unreadable");
  }

  @Test
  void aFormatOfCheckpointsCountsFromOne() {
    as(Role.WORKER, http.post("/v1/leases"))
        .json(
            """
            {"secretHash":"%s","session":"s","worker":"w","programs":["digits"],"stores":[],
            "device":"cpu","checkpointFormat":0}"""
                .formatted(Sha256.ofText("s")))
        .send()
        .isProblem(422, "invalid-request")
        .names("/checkpointFormat");
  }

  @Test
  void aBodyThatIsNotJsonIsRefused() {
    as(Role.ADMIN, http.post("/v1/jobs"))
        .header("Content-Type", "text/plain")
        .body("{}")
        .send()
        .isProblem(415, "unsupported-media-type");
  }

  @Test
  void aTakenNameIsAConflict() throws Exception {
    leased("taken");

    submit("{\"name\":\"taken\",\"program\":\"p\",\"epochs\":1}")
        .isProblem(409, "name-taken")
        .names("/name");
  }

  @Test
  void withoutATokenNothingIsShown() {
    Answer answer = http.get("/v1/jobs").send().isProblem(401, "wrong-token");

    assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer nonsense", "Bearer ", "Basic YTpi", "baton_admin_x", "Bearer"})
  void aWrongTokenIsRefusedBeforeTheBodyIsRead(String header) {
    http.post("/v1/jobs")
        .header("Authorization", header)
        .json("{")
        .send()
        .isProblem(401, "wrong-token");
  }

  @ParameterizedTest
  @CsvSource({
    "WORKER, GET, /v1/jobs",
    "WORKER, GET, /v1/status",
    "WORKER, GET, /openapi.yaml",
    "WORKER, POST, /v1/jobs",
    "VIEWER, POST, /v1/jobs",
    "VIEWER, POST, /v1/jobs/any/cancel",
    "VIEWER, POST, /v1/leases",
    "ADMIN, POST, /v1/leases",
    "ADMIN, POST, /v1/jobs/any/leases/1/renew"
  })
  void aTokenOpensItsRolesPathsOnly(Role role, String method, String path) {
    as(role, http.call(method, path)).send().isProblem(403, "wrong-role");
  }

  @Test
  void anAdminMayLook() {
    assertThat(as(Role.ADMIN, http.get("/v1/jobs")).send().status()).isEqualTo(200);
  }

  @Test
  void anUnknownPathAndAWrongMethodAreToldApart() {
    as(Role.ADMIN, http.get("/v2/jobs")).send().isProblem(404, "unknown-path");
    Answer wrong = as(Role.ADMIN, http.call("DELETE", "/v1/jobs")).send();
    wrong.isProblem(405, "wrong-method");
    assertThat(wrong.header("Allow")).contains("GET", "POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/segments", "/checkpoints", "/metrics"})
  void anUnknownJobIsNotFound(String what) {
    as(Role.VIEWER, http.get("/v1/jobs/nobody" + what)).send().isProblem(404, "unknown-job");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/jobs?limit=0, limit",
    "/v1/jobs?limit=ten, limit",
    "/v1/jobs?limit=1&limit=2, limit",
    "/v1/jobs?limit=99999999999999999999, limit",
    "/v1/jobs?nmae=a, nmae",
    "/v1/jobs/-a, job",
    "/v1/jobs/a%0a, job",
    "/v1/jobs/a%0d, job",
    "/v1/jobs/a%00, job",
    "/v1/jobs/%0aa, job",
    "/v1/jobs/a%c2%85, job",
    "/v1/jobs/a%e2%80%ae, job",
    "/v1/jobs/a%0a/segments, job",
    "/v1/jobs/a%0a/metrics, job",
    "/v1/jobs?name=a%0a, name",
    "/v1/jobs?limit=1%0a, limit",
    "/v1/jobs/a%2Fb, job"
  })
  void aParameterThatBreaksTheContractIsNamed(String path, String field) {
    as(Role.VIEWER, http.get(path)).send().isProblem(422, "invalid-request").names(field);
  }

  @ParameterizedTest
  @CsvSource({
    "ADMIN, a%0a/cancel, job",
    "ADMIN, a%0d%0a/resume, job",
    "WORKER, a%0a/leases/1/renew, job",
    "WORKER, a/leases/1%0a/release, fence"
  })
  void aLineBreakInAPathThatChangesSomethingIsNamed(Role role, String path, String field) {
    as(role, http.post("/v1/jobs/" + path))
        .header("Baton-Lease-Secret", "s")
        .json("{}")
        .send()
        .isProblem(422, "invalid-request")
        .names(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/loss | {'phase':'TRAIN','position':{'epoch':0,'batch':1},'progress':1,'loss':1e400}",
        "/saving/intervalMs | {'phase':'TRAIN','position':{'epoch':0,'batch':1},'progress':1,'saving':{'intervalMs':9007199254740992,'hazard':{'meanMs':1,'lost':0,'heldMs':1}}}",
        "/saving/intervalMs | {'phase':'TRAIN','position':{'epoch':0,'batch':1},'progress':1,'saving':{'intervalMs':9223372036854775807,'hazard':{'meanMs':1,'lost':0,'heldMs':1}}}",
        "/progress | {'phase':'TRAIN','position':{'epoch':0,'batch':1},'progress':9223372036854775807}"
      })
  void aRenewalThatCannotBeKeptIsRefused(String field, String json) throws Exception {
    Hand hand = leased("renewed-" + Integer.toHexString(json.hashCode()));

    ofLease(hand, "renew")
        .json(json.replace('\'', '"'))
        .send()
        .isProblem(422, "invalid-request")
        .names(field);
  }

  @Test
  void theLongestTimesThatTheContractAllowsAreKeptAndShown() throws Exception {
    Hand hand = leased("longest");
    String longest =
        """
        {"phase":"TRAIN","position":{"epoch":0,"batch":1},"progress":9007199254740991,"saving":{
        "intervalMs":9007199254740991,"costMs":9007199254740991,"uploadMs":9007199254740991,
        "hazard":{"meanMs":9007199254740991,"lost":2147483647,"heldMs":9007199254740991}}}""";

    assertThat(ofLease(hand, "renew").json(longest).send().status()).isEqualTo(200);
    assertThat(as(Role.VIEWER, http.get("/v1/status")).send().status()).isEqualTo(200);
    assertThat(
            as(Role.VIEWER, http.get("/v1/status")).header("Accept", "text/plain").send().status())
        .isEqualTo(200);
  }

  @Test
  void aRenewalBeyondTheJobsEndIsRefusedAndShownToNobody() throws Exception {
    Hand hand = leased("far");

    ofLease(hand, "renew")
        .json("{\"phase\":\"TRAIN\",\"position\":{\"epoch\":900000,\"batch\":1},\"progress\":1}")
        .send()
        .isProblem(422, "position-beyond-end");

    assertThat(coordinator.client(Role.VIEWER).job(hand.held().job()).lease().position()).isNull();
  }

  @Test
  void aWaitOfAnHourIsRefused() {
    as(Role.WORKER, http.post("/v1/leases?wait=3600"))
        .json("{}")
        .send()
        .isProblem(422, "invalid-request")
        .names("wait");
  }

  @Test
  void anErrorIsToldWithAFailureAndWithItAlone() throws Exception {
    Hand hand = leased("told");

    ofLease(hand, "release")
        .json("{\"why\":\"FAILED\"}")
        .send()
        .isProblem(422, "invalid-request")
        .names("/error");
    ofLease(hand, "release")
        .json(
            "{\"why\":\"COMPLETED\",\"error\":{\"kind\":\"MACHINE\",\"message\":\"m\",\"remedy\":\"r\"}}")
        .send()
        .isProblem(422, "invalid-request")
        .names("/error");
  }

  @Test
  void aLeaseIsNotNamedWithoutItsSecret() throws Exception {
    Hand hand = leased("secretive");

    as(Role.WORKER, http.post("/v1/jobs/%s/leases/1/renew".formatted(hand.held().job())))
        .json("{\"phase\":\"TRAIN\",\"position\":{\"epoch\":0,\"batch\":1},\"progress\":1}")
        .send()
        .isProblem(422, "invalid-request")
        .names("Baton-Lease-Secret");
  }

  @Test
  void aFenceNeverGrantedIsNotFound() throws Exception {
    Hand hand = leased("fenced");

    as(Role.WORKER, http.post("/v1/jobs/%s/leases/99/release".formatted(hand.held().job())))
        .header("Baton-Lease-Secret", hand.held().secret())
        .json("{\"why\":\"COMPLETED\"}")
        .send()
        .isProblem(404, "unknown-fence");
  }

  @Test
  void aForeignSecretIsRefused() throws Exception {
    Hand hand = leased("foreign");
    String manifest = hand.save(MIDDLE);

    as(Role.WORKER, http.post("/v1/jobs/%s/leases/1/commits".formatted(hand.held().job())))
        .header("Baton-Lease-Secret", "a guess")
        .json(Json.writer().writeValueAsString(new CommitRequest(null, MIDDLE, manifest, null)))
        .send()
        .isProblem(403, "foreign-secret");
  }

  @Test
  void aStaleFenceMovesNothing() throws Exception {
    Hand hand = leased("stale");
    String manifest = hand.save(MIDDLE);
    coordinator.client(Role.ADMIN).cancel(hand.held().job());

    commit(hand, Optional.empty(), MIDDLE, manifest).isProblem(409, "stale-fence");
    assertThat(coordinator.client(Role.ADMIN).job(hand.held().job()).head()).isNull();
  }

  @Test
  void aCommitBehindTheHeadIsRefused() throws Exception {
    Hand hand = leased("behind");
    hand.commit(Position.ofEpochs(1));
    String manifest = hand.save(MIDDLE);

    commit(hand, hand.head(), MIDDLE, manifest).isProblem(409, "position-not-later");
  }

  @Test
  void aCommitOnAnotherParentIsRefused() throws Exception {
    Hand hand = leased("orphan");
    hand.commit(MIDDLE);
    Optional<Sha256> stranger = Optional.of(Sha256.ofText("a stranger"));
    Position later = new Position(0, 5);
    String manifest = hand.save(later, stranger, Samples.STORE);

    commit(hand, stranger, later, manifest).isProblem(409, "stale-parent");
  }

  @Test
  void aCommitBeyondTheLastEpochIsRefused() throws Exception {
    Hand hand = leased("beyond");
    Position beyond = Position.ofEpochs(5);
    String manifest = hand.save(beyond);

    commit(hand, Optional.empty(), beyond, manifest).isProblem(422, "position-beyond-end");
  }

  @Test
  void aCommitWhoseFileIsMissingNamesTheFile() throws Exception {
    Hand hand = leased("missing");
    String manifest = hand.save(MIDDLE);
    Files.delete(fileOf(manifest));

    Answer answer = commit(hand, Optional.empty(), MIDDLE, manifest);

    answer.isProblem(422, "file-missing").names("/manifest");
    assertThat(answer.json().getString("detail")).contains("model.safetensors");
  }

  @Test
  void aCommitWhoseFileDiffersNamesTheFile() throws Exception {
    Hand hand = leased("different");
    String manifest = hand.save(MIDDLE);
    byte[] bytes = Files.readAllBytes(fileOf(manifest));
    bytes[0] ^= 1;
    Files.write(fileOf(manifest), bytes);

    Answer answer = commit(hand, Optional.empty(), MIDDLE, manifest);

    answer.isProblem(422, "file-different");
    assertThat(answer.json().getString("detail")).contains("model.safetensors");
    assertThat(coordinator.client(Role.ADMIN).job(hand.held().job()).head()).isNull();
  }

  @Test
  void aCommitWhileTheStoreIsAwayIsToBeSentAgain() throws Exception {
    Hand hand = leased("away");
    String manifest = hand.save(MIDDLE);
    Path marker = store.resolve(StoreMarker.FILE_NAME);
    Files.delete(marker);

    Answer answer = commit(hand, Optional.empty(), MIDDLE, manifest);
    Hand.makeStore(store);

    answer.isProblem(503, "commit-unchecked");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(commit(hand, Optional.empty(), MIDDLE, manifest).status()).isEqualTo(201);
  }

  @Test
  void aManifestOfSomethingElseIsRefused() throws Exception {
    Hand hand = leased("mismatch");
    String elsewhere = hand.save(MIDDLE, Optional.empty(), new StoreId("another-store"));

    commit(hand, Optional.empty(), MIDDLE, elsewhere).isProblem(422, "manifest-mismatch");
    commit(hand, Optional.empty(), MIDDLE, "{\"format\":1}").isProblem(422, "manifest-unreadable");
    commit(hand, Optional.empty(), new Position(0, 4), hand.save(MIDDLE))
        .isProblem(422, "manifest-mismatch");
  }

  @Test
  void aManifestOfAnotherLeaseIsRefused() throws Exception {
    Hand hand = leased("other-lease");
    String manifest = hand.save(MIDDLE).replace("\"fence\" : 1", "\"fence\" : 7");

    commit(hand, Optional.empty(), MIDDLE, manifest).isProblem(422, "foreign-manifest");
  }

  @Test
  void aTokenIsNeverShownAgain() {
    Answer answer = http.get("/v1/jobs").header("Authorization", "Bearer baton_admin_guess").send();

    assertThat(answer.response().body()).doesNotContain("baton_admin");
  }

  private static Path fileOf(String manifest) {
    return store.resolve(
        baton.protocol.checkpoint.ManifestJson.read(manifest).folder() + "/model.safetensors");
  }
}
