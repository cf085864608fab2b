package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The random id in the root of a store. */
public record StoreId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public StoreId {
    Names.pathSafe("A store id", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
