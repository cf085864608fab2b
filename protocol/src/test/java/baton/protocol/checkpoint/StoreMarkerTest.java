package baton.protocol.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.StoreId;
import org.junit.jupiter.api.Test;

class StoreMarkerTest {
  @Test
  void aMarkerIsReadAsItWasWritten() {
    StoreMarker marker = StoreMarker.of(new StoreId("k3"));
    assertThat(marker.write()).isEqualTo("{\"format\":1,\"id\":\"k3\"}\n");
    assertThat(StoreMarker.read(marker.write())).isEqualTo(marker);
  }

  @Test
  void whatIsNoMarkerIsRefusedInASentence() {
    assertRefused("", "baton-store.json cannot be read");
    assertRefused("null", "baton-store.json is empty");
    assertRefused("{\"format\":1}", "the field id is missing");
    assertRefused("{\"format\":2,\"id\":\"k3\"}", "made by another Baton");
    assertRefused("{\"format\":1,\"id\":\"../k3\"}", "A store id must be");
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> StoreMarker.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
