package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A refusal of the OAuth endpoints, which have a form of their own. */
final class OAuthError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String error;

  OAuthError(int status, String error, String description) {
    super(description);
    this.status = status;
    this.error = error;
  }

  int status() {
    return status;
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("error", error)
        .put("error_description", getMessage());
  }
}
