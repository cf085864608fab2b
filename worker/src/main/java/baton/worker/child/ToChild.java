package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import java.util.Optional;

/** The messages to a child: one JSON object per line, named by its {@code type}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ToChild.Start.class, name = "start"),
  @JsonSubTypes.Type(value = ToChild.Go.class, name = "go"),
  @JsonSubTypes.Type(value = ToChild.Save.class, name = "save"),
  @JsonSubTypes.Type(value = ToChild.Stop.class, name = "stop")
})
sealed interface ToChild {
  /** Restore these files, or start afresh without them, and answer {@code ready}. */
  record Start(
      int version,
      Spec spec,
      Position position,
      Optional<String> files,
      Optional<String> data,
      String device)
      implements ToChild {}

  /** Train one batch. */
  record Go() implements ToChild {}

  /** Copy the state now, and write it into this empty folder in the background. */
  record Save(int id, String folder) implements ToChild {}

  /** End the process; finish the files that are being written. */
  record Stop() implements ToChild {}

  /** The part of the job's spec that a child may know. */
  record Spec(String name, int epochs, long seed, Map<String, Object> parameters) {
    static Spec of(JobSpec spec) {
      return new Spec(spec.name(), spec.epochs(), spec.seed(), spec.parameters());
    }
  }
}
