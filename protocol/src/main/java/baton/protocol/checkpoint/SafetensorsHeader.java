package baton.protocol.checkpoint;

import baton.protocol.Json;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** The JSON at the beginning of a safetensors file: the place of each tensor. */
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";

  private final SortedMap<String, String> metadata = new TreeMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** The place of one tensor, counted from the first byte after the header. */
  @JsonPropertyOrder({"dtype", "shape", "data_offsets"})
  record Entry(
      @JsonProperty(value = "dtype", required = true) String dtype,
      @JsonProperty(value = "shape", required = true) List<Long> shape,
      @JsonProperty(value = "data_offsets", required = true) List<Long> offsets) {

    Entry {
      if (!areNumbers(offsets) || offsets.size() != 2) {
        throw new IllegalArgumentException("data_offsets must be two numbers, not " + offsets);
      }
      if (dtype == null || !areNumbers(shape)) {
        throw new IllegalArgumentException("a tensor has a dtype and a shape");
      }
      if (begin(offsets) < 0 || end(offsets) - begin(offsets) != Tensor.bytes(dtype, shape)) {
        throw new IllegalArgumentException(
            "%s of shape %s does not fit data_offsets %s".formatted(dtype, shape, offsets));
      }
    }

    long begin() {
      return begin(offsets);
    }

    long end() {
      return end(offsets);
    }

    private static boolean areNumbers(List<Long> list) {
      return list != null && list.stream().allMatch(Objects::nonNull);
    }

    private static long begin(List<Long> offsets) {
      return offsets.get(0);
    }

    private static long end(List<Long> offsets) {
      return offsets.get(1);
    }
  }

  /** The header of {@code tensors}, laid out widest dtype first, then by name. */
  static SafetensorsHeader layOut(SortedMap<String, Tensor> tensors, Map<String, String> metadata) {
    SafetensorsHeader header = new SafetensorsHeader();
    header.metadata.putAll(metadata);
    List<String> names = new ArrayList<>(tensors.keySet());
    names.sort(
        Comparator.comparing((String name) -> Dtype.named(tensors.get(name).dtype()))
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    long at = 0;
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      long end = at + tensor.size();
      header.put(name, new Entry(tensor.dtype(), tensor.shape(), List.of(at, end)));
      at = end;
    }
    return header;
  }

  /** Reads a header; an {@link IOException} says what is wrong with it. */
  static SafetensorsHeader parse(byte[] json) throws IOException {
    SafetensorsHeader header = Json.readerFor(SafetensorsHeader.class).readValue(json);
    if (header == null) {
      throw new IOException("its header is empty");
    }
    return header;
  }

  byte[] toJson() {
    try {
      return Json.writer()
          .without(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names, numbers and strings are always JSON", e);
    }
  }

  @JsonProperty(METADATA)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  SortedMap<String, String> metadata() {
    return metadata;
  }

  @JsonProperty(METADATA)
  void putMetadata(Map<String, String> read) {
    metadata.putAll(read);
  }

  @JsonAnyGetter
  Map<String, Entry> entries() {
    return entries;
  }

  @JsonAnySetter
  void put(String name, Entry entry) {
    if (entry == null || name.equals(METADATA)) {
      throw new IllegalArgumentException("no tensor can be named " + name);
    }
    entries.put(name, entry);
  }
}
