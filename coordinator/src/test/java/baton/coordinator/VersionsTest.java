package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands between the network and Baton is not older than the last that was mended. */
class VersionsTest {
  @Test
  void everyPartOfNettyIsAtLeastTheOneThatReadsRequestsInOneWayOnly() {
    assertThat(Version.identify().values())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            part -> {
              String[] numbers = part.artifactVersion().split("\\.");
              assertThat(numbers[0] + "." + numbers[1]).as("%s", part).isEqualTo("4.2");
              assertThat(Integer.parseInt(numbers[2])).as("%s", part).isGreaterThanOrEqualTo(18);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"vertx-core", "vertx-web"})
  void vertxIsAtLeastTheOneThatWasAsked(String artifact) throws IOException {
    Properties facts = new Properties();
    try (InputStream stream =
        VersionsTest.class.getResourceAsStream(
            "/META-INF/maven/io.vertx/%s/pom.properties".formatted(artifact))) {
      facts.load(stream);
    }
    String[] numbers = facts.getProperty("version").split("\\.");
    assertThat(numbers[0] + "." + numbers[1]).isEqualTo("5.0");
    assertThat(Integer.parseInt(numbers[2])).isGreaterThanOrEqualTo(12);
  }
}
