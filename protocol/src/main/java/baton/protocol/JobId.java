package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The random, path-safe id of a job. */
public record JobId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public JobId {
    Names.pathSafe("A job id", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
