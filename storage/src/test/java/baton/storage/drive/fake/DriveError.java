package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer of Drive that refuses: a status, and a reason in {@code errors[].reason}. */
final class DriveError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;

  DriveError(int status, String reason, String message) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  static DriveError notFound(String id) {
    return new DriveError(404, "notFound", "File not found: " + id + ".");
  }

  static DriveError invalid(String message) {
    return new DriveError(400, "invalid", message);
  }

  static DriveError unauthorized() {
    return new DriveError(401, "authError", "Invalid Credentials");
  }

  int status() {
    return status;
  }

  ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode error = root.putObject("error").put("code", status).put("message", getMessage());
    error
        .putArray("errors")
        .addObject()
        .put("domain", status == 403 ? "usageLimits" : "global")
        .put("reason", reason)
        .put("message", getMessage());
    return root;
  }
}
