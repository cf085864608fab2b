package baton.coordinator.http;

import baton.protocol.ProblemType;
import baton.protocol.message.Problem;
import java.util.Optional;

/** A request that ends with a problem document. */
final class ProblemRaised extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final transient Optional<String> field;

  ProblemRaised(ProblemType type, String detail) {
    this(type, detail, Optional.empty());
  }

  /**
   * @param field the part of the request that is wrong
   */
  ProblemRaised(ProblemType type, String detail, Optional<String> field) {
    super(detail, null, false, false); // an answer, not a bug: no stack trace is needed
    this.type = type;
    this.field = field;
  }

  ProblemType type() {
    return type;
  }

  Problem problem() {
    return new Problem(type.urn(), type.title(), type.status(), getMessage(), field.orElse(null));
  }
}
