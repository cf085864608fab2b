package baton.protocol.message;

import baton.protocol.Position;
import baton.protocol.Sha256;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/commits}; never beyond the contract's
 * bounds.
 *
 * @param parent digest of the head it extends; absent for the first checkpoint of a job
 * @param manifest the text of {@code manifest.json}, byte for byte as it lies in the store
 * @param finalReason why training ends here, before the last epoch; absent otherwise
 */
public record CommitRequest(Sha256 parent, Position position, String manifest, String finalReason) {
  private static final int SHORTEST_MANIFEST = 2;
  private static final int LONGEST_MANIFEST = 1 << 20;
  private static final int LONGEST_REASON = 200;

  public CommitRequest {
    FieldBounds.present("position", position);
    FieldBounds.present("manifest", manifest);
    FieldBounds.text("manifest", manifest, SHORTEST_MANIFEST, LONGEST_MANIFEST);
    if (finalReason != null) {
      FieldBounds.text("finalReason", finalReason, 1, LONGEST_REASON);
    }
  }

  /** A program's reason, as much of it as a request can hold. */
  public static String shortened(String finalReason) {
    return finalReason.codePointCount(0, finalReason.length()) <= LONGEST_REASON
        ? finalReason
        : finalReason.substring(0, finalReason.offsetByCodePoints(0, LONGEST_REASON));
  }
}
