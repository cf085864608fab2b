package baton.coordinator;

import baton.storage.s3.S3Location;
import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that name a store in a bucket. There is no option for keys, because every user of the
 * machine could read it.
 */
public final class BucketToCheck {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--s3",
      paramLabel = "s3://BUCKET/PREFIX",
      description =
          "The store lies in a bucket that speaks S3; keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile.")
  private String address;

  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description = "The server of the bucket; default: Amazon's own.")
  private URI endpoint;

  /** Empty if no bucket is named. */
  public Optional<S3Location> location() {
    try {
      return S3Location.ofOptions(address, endpoint);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }
}
