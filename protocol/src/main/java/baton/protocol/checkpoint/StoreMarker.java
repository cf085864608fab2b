package baton.protocol.checkpoint;

import baton.protocol.Json;
import baton.protocol.StoreId;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;

/**
 * The file in the root that marks a directory as a store. It holds the store's random id and is
 * never overwritten.
 *
 * @param format the version of the store's layout; a reader refuses a newer one
 */
public record StoreMarker(int format, StoreId id) {
  public static final int FORMAT = 1;
  public static final String FILE_NAME = "baton-store.json";

  public StoreMarker {
    if (format < 1 || format > FORMAT) {
      throw new IllegalArgumentException(
          "this store has format %d, made by another Baton: use one that knows it, not %d"
              .formatted(format, FORMAT));
    }
  }

  public static StoreMarker of(StoreId id) {
    return new StoreMarker(FORMAT, id);
  }

  /** Parses a marker; an {@link IllegalArgumentException} says why the text is not one. */
  public static StoreMarker read(String text) {
    try {
      StoreMarker marker =
          Json.readerFor(StoreMarker.class)
              .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
              .readValue(text);
      if (marker == null) {
        throw new IllegalArgumentException(FILE_NAME + " is empty");
      }
      return marker;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(FILE_NAME + " cannot be read: " + Json.explain(e), e);
    }
  }

  public String write() {
    try {
      return Json.writer().writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a number and a string are always JSON", e);
    }
  }
}
