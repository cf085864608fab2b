package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.oauth.NotLent;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.Retryable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One failed call to Drive. It keeps no cause and no address: the exceptions of Google's client
 * contain the address of the upload session, which is as good as a password.
 */
public final class DriveFailure extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_BODY = 1 << 16;
  private static final Pattern REASON = Pattern.compile("[A-Za-z_]{1,60}");

  private final DriveErrorKind verdict;

  DriveFailure(DriveErrorKind verdict, String detail) {
    super(detail);
    this.verdict = verdict;
  }

  /** The failure for an error answer with this body. */
  static DriveFailure ofAnswer(int status, String body) {
    return ofAnswer(status, reasonOf(body));
  }

  private static DriveFailure ofAnswer(int status, Optional<String> reason) {
    return new DriveFailure(
        DriveErrorKind.of(status, reason.orElse("")), status + reason.map(r -> " " + r).orElse(""));
  }

  static DriveFailure ofAnswer(int status, InputStream body) {
    try {
      byte[] text = body == null ? new byte[0] : body.readNBytes(LONGEST_BODY);
      return ofAnswer(status, new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return ofAnswer(status, "");
    }
  }

  public static DriveFailure of(IOException e) {
    if (e instanceof GoogleJsonResponseException answer && answer.getDetails() != null) {
      return ofAnswer(answer.getStatusCode(), reasonOf(answer.getDetails()));
    }
    if (e instanceof HttpResponseException answer) {
      return ofAnswer(answer.getStatusCode(), answer.getContent());
    }
    if (e instanceof NotLent) {
      return new DriveFailure(DriveErrorKind.NOT_LENT, "no access was lent");
    }
    if (e instanceof Retryable sign && !sign.isRetryable()) {
      return new DriveFailure(DriveErrorKind.SIGNED_OUT, "no new access token");
    }
    return new DriveFailure(DriveErrorKind.PASSES, e.getClass().getSimpleName());
  }

  private static Optional<String> reasonOf(String body) {
    try {
      GoogleJsonErrorContainer container =
          GsonFactory.getDefaultInstance().fromString(body, GoogleJsonErrorContainer.class);
      return container == null ? Optional.empty() : reasonOf(container.getError());
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // A proxy's page, or half an answer: the status must suffice.
    }
  }

  private static Optional<String> reasonOf(GoogleJsonError error) {
    return error == null || error.getErrors() == null
        ? Optional.empty()
        : error.getErrors().stream()
            .map(GoogleJsonError.ErrorInfo::getReason)
            .filter(reason -> reason != null && REASON.matcher(reason).matches())
            .findFirst();
  }

  DriveErrorKind verdict() {
    return verdict;
  }

  boolean passes() {
    return verdict == DriveErrorKind.PASSES;
  }

  /**
   * The failure as the port's exception.
   *
   * @param doing what failed, for example {@code upload model.safetensors}
   */
  public StoreException told(String doing) {
    return new StoreException(
        verdict.kind(), "Could not %s (%s). %s".formatted(doing, getMessage(), verdict.sentence()));
  }
}
