package baton.storage.s3;

import com.adobe.testing.s3mock.S3MockApplication;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket of its own on S3Mock, which this JVM runs once, at a free port of this machine; or on
 * the server that a person names.
 */
public final class Bucket {
  /** Names another server that speaks S3, for a second opinion. */
  private static final String OTHER_SERVER = "baton.s3.server";

  public static final String KEY = "key-that-nobody-may-read";
  public static final String SECRET = "secret-that-nobody-may-read";

  private static S3MockApplication server;

  private final S3Location place;
  final Link link = new Link();

  public Bucket() {
    this("runs/mine");
  }

  Bucket(String prefix) {
    String name = "bucket-" + UUID.randomUUID();
    place = S3Location.of("s3://" + name + "/" + prefix, Optional.of(endpoint()));
    try (S3Client client = client()) {
      client.createBucket(r -> r.bucket(name));
    }
  }

  public S3Location place() {
    return place;
  }

  /** The keys of every object, in order. */
  public List<String> keys() {
    try (S3Client client = client()) {
      return client.listObjectsV2Paginator(r -> r.bucket(place.bucket())).contents().stream()
          .map(object -> object.key())
          .sorted()
          .toList();
    }
  }

  /** What an object holds. */
  public byte[] content(String key) {
    try (S3Client client = client()) {
      return client.getObjectAsBytes(r -> r.bucket(place.bucket()).key(key)).asByteArray();
    }
  }

  /** Makes addresses with this bucket's keys. */
  S3UrlSigner signer() {
    return new S3UrlSigner(
        place,
        S3Clients.presigner(place)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
            .build());
  }

  static synchronized URI endpoint() {
    String other = System.getProperty(OTHER_SERVER);
    if (other != null) {
      return URI.create(other);
    }
    if (server == null) {
      // Our own configuration of logs, not Spring's.
      System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
      Logger.getLogger("").setLevel(Level.WARNING);
      server =
          S3MockApplication.start(
              new HashMap<>(
                  Map.of(
                      S3MockApplication.PROP_HTTP_PORT,
                      "0",
                      S3MockApplication.PROP_HTTPS_PORT,
                      "0",
                      S3MockApplication.PROP_SILENT,
                      true,
                      "server.shutdown",
                      "immediate")));
    }
    return URI.create("http://localhost:" + server.getHttpPort());
  }

  /**
   * @param faults looks at, changes or fails calls
   */
  S3Client client(ExecutionInterceptor... faults) {
    return S3Clients.builder(place)
        .httpClient(link)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
        .overrideConfiguration(
            settings -> {
              for (ExecutionInterceptor fault : faults) {
                settings.addExecutionInterceptor(fault);
              }
            })
        .build();
  }

  S3Objects objects(ExecutionInterceptor... faults) {
    return new S3Objects(client(faults), place);
  }
}
