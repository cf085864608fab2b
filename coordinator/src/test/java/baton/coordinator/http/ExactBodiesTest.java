package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.message.CommitRequest;
import baton.protocol.message.RenewRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The messages that hold the contract's bounds themselves, beside the schema that is their oracle:
 * what one lets pass, the other does.
 */
class ExactBodiesTest {
  private static final int BODIES = 10_000;
  private static final String SHA256 = "0123456789abcdef".repeat(4);
  private static final String LEASE = "/v1/jobs/{job}/leases/{fence}";

  private static final JsonObject RENEWAL =
      new JsonObject()
          .put("phase", "TRAIN")
          .put("position", new JsonObject().put("epoch", 1).put("batch", 2))
          .put("progress", 3)
          .put("loss", 0.5)
          .put(
              "saving",
              new JsonObject()
                  .put("intervalMs", 1_000)
                  .put("costMs", 2)
                  .put("uploadMs", 3)
                  .put("hazard", new JsonObject().put("meanMs", 1).put("lost", 0).put("heldMs", 0)))
          .put("accessHeld", SHA256)
          .put("accessRefused", false);

  private static final JsonObject COMMIT =
      new JsonObject()
          .put("parent", SHA256)
          .put("position", new JsonObject().put("epoch", 1).put("batch", 0))
          .put("manifest", "{}")
          .put("finalReason", "early");

  /**
   * What may stand in place of any value; the ends of every bound are among them. Left out is 1.0:
   * it is a whole number to the schema alone, and was always refused.
   */
  private static final List<Object> VALUES =
      List.of(
          0,
          1,
          -1,
          1_000_000,
          1_000_001,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE + 1L,
          (1L << 53) - 1,
          1L << 53,
          Long.MIN_VALUE,
          new BigDecimal("1e400"),
          1.5,
          -0.5,
          "",
          "x",
          "\uD83D\uDE00",
          "NaN",
          "TRAIN",
          "train",
          "1",
          "true",
          SHA256,
          SHA256.toUpperCase(),
          SHA256 + "\n",
          "r".repeat(200),
          "r".repeat(201),
          "\uD83D\uDE00".repeat(200),
          "\uD83D\uDE00".repeat(201),
          true,
          new JsonObject(),
          new JsonArray(),
          Null.NULL);

  private enum Null {
    NULL
  }

  private final Contract contract = Contract.load();

  @Test
  void aRenewalPassesExactlyWhereTheSchemaLetsItPass() {
    compare(RENEWAL, contract.operation("POST", LEASE + "/renew"), RenewRequest.class);
  }

  @Test
  void aCommitPassesExactlyWhereTheSchemaLetsItPass() {
    compare(COMMIT, contract.operation("POST", LEASE + "/commits"), CommitRequest.class);
  }

  @Test
  void aManifestOfEveryLengthPassesExactlyWhereTheSchemaLetsItPass() {
    Operation operation = contract.operation("POST", LEASE + "/commits");
    for (int length : List.of(0, 1, 2, 1 << 20, (1 << 20) + 1)) {
      for (String character : List.of("m", "\uD83D\uDE00")) {
        String body = COMMIT.copy().put("manifest", character.repeat(length)).encode();
        assertThat(isExact(body, CommitRequest.class))
            .as("%d × %s", length, character)
            .isEqualTo(keeps(body, operation));
      }
    }
  }

  private void compare(JsonObject whole, Operation operation, Class<?> type) {
    assertThat(isExact(whole.encode(), type)).isTrue();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int passed = 0;
    for (int i = 0; i < BODIES; i++) {
      JsonObject changed = whole.copy();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        change(changed, random);
      }
      String body = changed.encode();
      boolean isExact = isExact(body, type);
      passed += isExact ? 1 : 0;
      assertThat(isExact).as("seed %d, body %s", seed, body).isEqualTo(keeps(body, operation));
    }
    assertThat(passed).as("bodies that pass").isBetween(BODIES / 20, BODIES * 19 / 20);
  }

  private static void change(JsonObject object, Random random) {
    List<String> names = new ArrayList<>(object.fieldNames());
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    Object inside = object.getValue(name);
    if (inside instanceof JsonObject deeper && random.nextInt(4) > 0) {
      change(deeper, random);
    } else if (random.nextInt(4) == 0) {
      object.remove(name);
    } else if (random.nextInt(12) == 0) {
      object.put("unknown", 1);
    } else {
      Object value = VALUES.get(random.nextInt(VALUES.size()));
      object.put(name, value == Null.NULL ? null : value);
    }
  }

  private static boolean keeps(String body, Operation operation) {
    try {
      operation.checkBody(Buffer.buffer(body));
      return true;
    } catch (ProblemRaised refused) {
      return false;
    }
  }

  private static boolean isExact(String body, Class<?> type) {
    try {
      RequestGuard.exactly(body.getBytes(StandardCharsets.UTF_8), type);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void everyExactMessageIsComparedHere() {
    assertThat(RequestGuard.EXACT)
        .containsExactlyInAnyOrderElementsOf(
            Map.of(RenewRequest.class, RENEWAL, CommitRequest.class, COMMIT).keySet());
  }
}
