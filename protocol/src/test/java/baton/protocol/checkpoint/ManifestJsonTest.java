package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Json;
import baton.protocol.Sha256;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ManifestJsonTest {
  private static final Set<String> OPTIONAL = Set.of("parent", "dataDigest");

  @Test
  void everyManifestIsReadAsItWasWritten() {
    for (long seed = 0; seed < 500; seed++) {
      Manifest manifest = Manifests.random(new Random(seed));
      String text = ManifestJson.write(manifest);
      assertThat(ManifestJson.read(text)).as("seed %d", seed).isEqualTo(manifest);
      assertThat(ManifestJson.write(ManifestJson.read(text))).as("seed %d", seed).isEqualTo(text);
    }
  }

  @Test
  void theTextIsStable() {
    assertThat(ManifestJson.write(Manifests.example()))
        .startsWith("{\n  \"format\" : 2,\n  \"job\" : \"job-")
        .containsSubsequence("\"layers\"", "\"name", "\"on\" : true", "\"rate\"")
        .containsSubsequence("\"accuracy\"", "\"loss\"")
        .containsPattern("\"time\" : \"[0-9-]+T[0-9:.]+Z\"\n}\n$");
  }

  @Test
  void theDigestIsTheSha256OfTheBytes() {
    assertThat(ManifestJson.digest("abc"))
        .isEqualTo(new Sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }

  @Test
  void aNewerFormatAsksForAnUpgrade() {
    assertRefused(
        m -> m.put("format", 3).put("colour", "red"), "written by a newer Baton: upgrade this one");
    assertRefused(m -> m.put("format", 0), "format counts from 1");
    assertRefused(m -> m.remove("format"), "the field format is missing");
    assertRefused(m -> m.put("format", "1"), "the field format");
  }

  @Test
  void aManifestOfTheFirstFormatIsReadAsItWas() {
    Manifest old = ManifestJson.read(edited(m -> m.put("format", 1)));

    assertThat(old.format()).isEqualTo(1);
    assertThat(ManifestJson.write(old)).contains("\"format\" : 1,");
    assertThat(old.checkpoint(ManifestJson.digest("")).format()).isEqualTo(1);
  }

  @Test
  void aMetricThatIsNotFiniteKeepsItsNameAndStandsAsNull() {
    String text = edited(m -> values(m).putNull("f1"));

    Manifest read = ManifestJson.read(text);

    assertThat(read.measurements().get(0).values().get("f1")).isNaN();
    assertThat(ManifestJson.write(read)).contains("\"f1\" : null");
    assertThat(ManifestJson.read(ManifestJson.write(read))).isEqualTo(read);
  }

  @Test
  void everyMissingFieldIsNamed() throws IOException {
    for (String field : (Iterable<String>) () -> tree().fieldNames()) {
      if (OPTIONAL.contains(field)) {
        ManifestJson.read(edited(m -> m.remove(field)));
      } else {
        assertRefused(m -> m.remove(field), "the field " + field + " is missing");
        assertRefused(m -> m.putNull(field), "the field " + field + " is missing");
      }
    }
    for (String field : List.of("name", "size", "sha256", "storeId")) {
      assertRefused(m -> file(m).remove(field), "the field files[0]." + field + " is missing");
    }
    assertRefused(m -> position(m).remove("batch"), "the field position.batch is missing");
  }

  @Test
  void whatIsUnknownOrWrongIsNamed() {
    assertRefused(m -> m.put("colour", "red"), "the field colour is not known");
    assertRefused(m -> file(m).put("colour", "red"), "the field files[0].colour is not known");
    assertRefused(m -> m.put("seed", "7"), "the field seed is missing or of the wrong type");
    assertRefused(m -> m.put("counter", 1.5), "the field counter is missing or of the wrong type");
    assertRefused(m -> m.put("program", 7), "the field program is missing or of the wrong type");
    assertRefused(m -> m.put("time", "soon"), "the field time is missing or of the wrong type");
    assertRefused(m -> m.put("stateDigest", "abc"), "the field stateDigest cannot be: a sha256");
    assertRefused(m -> file(m).put("name", "../x"), "the field files[0] cannot be: a checkpoint's");
    assertRefused(m -> position(m).put("epoch", -1), "the field position cannot be: a position");
  }

  @Test
  void whatIsNoManifestIsRefusedInASentence() {
    for (String text :
        List.of("", "{", "[]", "null", "7", "{\"format\":1", "\0", "{\"a\":1,\"a\":2}")) {
      assertThatThrownBy(() -> ManifestJson.read(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("manifest.json cannot be read: ");
    }
    String deep = "{\"format\":1,\"parameters\":" + "[".repeat(5000);
    assertThatThrownBy(() -> ManifestJson.read(deep)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTextOverOneMebibyteIsNotEvenParsed() {
    assertThatThrownBy(() -> ManifestJson.read("é".repeat(ManifestJson.LONGEST / 2 + 1)))
        .hasMessage("manifest.json has 1048578 bytes, where 1048576 are allowed");
  }

  private static void assertRefused(Consumer<ObjectNode> edit, String why) {
    assertThatThrownBy(() -> ManifestJson.read(edited(edit)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  private static String edited(Consumer<ObjectNode> edit) {
    ObjectNode tree = tree();
    edit.accept(tree);
    return tree.toString();
  }

  private static ObjectNode tree() {
    try {
      return (ObjectNode)
          Json.readerFor(JsonNode.class).readTree(ManifestJson.write(Manifests.example()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ObjectNode file(ObjectNode manifest) {
    return (ObjectNode) ((ArrayNode) manifest.get("files")).get(0);
  }

  private static ObjectNode values(ObjectNode manifest) {
    return (ObjectNode) manifest.get("measurements").get(0).get("values");
  }

  private static ObjectNode position(ObjectNode manifest) {
    return (ObjectNode) manifest.get("position");
  }
}
