package baton.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {
  @Test
  void aBucketMayHaveAPrefix() {
    assertThat(S3Location.of("s3://runs", Optional.empty()).prefix()).isEmpty();
    assertThat(S3Location.of("s3://runs/", Optional.empty()).prefix()).isEmpty();
    assertThat(S3Location.of("s3://runs/a/b", Optional.empty()).prefix()).isEqualTo("a/b/");
    assertThat(S3Location.of("s3://runs/a/b/", Optional.empty())).hasToString("s3://runs/a/b/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"runs", "s3://", "s3://runs//a", "s3://runs/../a", "s3://key:word@runs", "S3://x"})
  void anythingElseNamesNoBucket(String address) {
    assertThatThrownBy(() -> S3Location.of(address, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("say s3://BUCKET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://r2.example.com",
        "http://localhost:9000",
        "http://127.0.0.1:9000",
        "http://[::1]:1"
      })
  void anEndpointIsSafeOrOnThisMachine(String endpoint) {
    assertThat(S3Location.of("s3://runs", Optional.of(URI.create(endpoint))).endpoint())
        .contains(URI.create(endpoint));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://r2.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "https://key:secret@r2.example.com",
        "ftp://localhost",
        "r2.example.com"
      })
  void anyOtherEndpointIsRefused(String endpoint) {
    assertThatThrownBy(() -> S3Location.of("s3://runs", Optional.of(URI.create(endpoint))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://HOST")
        .hasMessageNotContaining("secret");
  }
}
