package baton.storage.s3;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Builds clients of a bucket. Keys come only from the SDK's default chain: the environment, a
 * profile, the machine's own role.
 */
final class S3Clients {
  private static final Duration TO_CONNECT = Duration.ofSeconds(10);
  private static final Duration OF_SILENCE = Duration.ofSeconds(60);

  private S3Clients() {}

  static S3Client of(S3Location place) {
    return builder(place).httpClientBuilder(http()).build();
  }

  static S3ClientBuilder builder(S3Location place) {
    S3ClientBuilder builder =
        S3Client.builder()
            // Baton sends sha256; servers may know no other. And get must not verify bytes.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(settings -> settings.retryStrategy(RetryMode.STANDARD));
    place
        .endpoint()
        .ifPresentOrElse(
            endpoint ->
                builder.endpointOverride(endpoint).forcePathStyle(true).region(regionOrUsual()),
            () -> builder.crossRegionAccessEnabled(true));
    return builder;
  }

  static S3Presigner.Builder presigner(S3Location place) {
    S3Presigner.Builder builder = S3Presigner.builder();
    place
        .endpoint()
        .ifPresent(
            endpoint ->
                builder
                    .endpointOverride(endpoint)
                    .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                    .region(regionOrUsual()));
    return builder;
  }

  static UrlConnectionHttpClient.Builder http() {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(TO_CONNECT)
        .socketTimeout(OF_SILENCE);
  }

  /** The configured region, or a default, which servers other than Amazon's accept. */
  private static Region regionOrUsual() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
