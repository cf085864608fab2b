package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Converts jobs, answers and measurements to and from their JSON in the database. */
final class StoredJson {
  private static final TypeReference<List<Measurement>> MEASUREMENTS = new TypeReference<>() {};

  private final ObjectMapper mapper =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          // The order of a set may matter, such as that of the avoided sessions.
          .addModule(new SimpleModule().addAbstractTypeMapping(Set.class, LinkedHashSet.class))
          .addMixIn(Outcome.class, NamedOutcome.class)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private final ObjectWriter withoutSpec =
      mapper.copy().addMixIn(Job.class, WithoutSpec.class).writerFor(Job.class);

  @JsonIgnoreProperties(value = "spec", allowSetters = true)
  private interface WithoutSpec {}

  /** The names under which outcomes are stored; a class may be renamed, these names may not. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Submitted.class, name = "submitted"),
    @JsonSubTypes.Type(value = Outcome.Granted.class, name = "granted"),
    @JsonSubTypes.Type(value = Outcome.Renewed.class, name = "renewed"),
    @JsonSubTypes.Type(value = Outcome.Committed.class, name = "committed"),
    @JsonSubTypes.Type(value = Outcome.Released.class, name = "released"),
    @JsonSubTypes.Type(value = Outcome.Now.class, name = "now"),
    @JsonSubTypes.Type(value = Outcome.Refused.class, name = "refused")
  })
  private interface NamedOutcome {}

  String of(Job job) {
    return write(job);
  }

  /** A job without its spec, which never changes. */
  String withoutSpec(Job job) {
    try {
      return withoutSpec.writeValueAsString(job);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value that cannot be written as JSON", e);
    }
  }

  String of(JobSpec spec) {
    return write(spec);
  }

  String of(Outcome outcome) {
    return write(outcome);
  }

  String of(List<Measurement> measurements) {
    return write(measurements);
  }

  /**
   * A job from its JSON and its spec's; without a spec, the JSON is of an older version and has it.
   */
  Job job(String text, Optional<String> spec) {
    return job(spec.map(apart -> "{\"spec\":" + apart + "," + text.substring(1)).orElse(text));
  }

  Job job(String text) {
    return read(text, mapper.constructType(Job.class));
  }

  Outcome outcome(String text) {
    return read(text, mapper.constructType(Outcome.class));
  }

  List<Measurement> measurements(String text) {
    return read(text, mapper.constructType(MEASUREMENTS.getType()));
  }

  private String write(Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value that cannot be written as JSON", e);
    }
  }

  private <T> T read(String text, JavaType type) {
    try {
      return mapper.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database holds a value this Baton cannot read", e);
    }
  }
}
