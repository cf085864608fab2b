package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import java.util.Optional;

/** What a child is told: one JSON object a line, named by its {@code type}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ToChild.Start.class, name = "start"),
  @JsonSubTypes.Type(value = ToChild.Go.class, name = "go"),
  @JsonSubTypes.Type(value = ToChild.Save.class, name = "save"),
  @JsonSubTypes.Type(value = ToChild.Stop.class, name = "stop")
})
sealed interface ToChild {
  /** Restore these files, or start fresh without them, and say {@code ready}. */
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

  /** Copy the state now, write it into this empty folder in the background. */
  record Save(int id, String folder) implements ToChild {}

  /** End the process; finish the files that are being written. */
  record Stop() implements ToChild {}

  /** What a child may know of its job. */
  record Spec(String name, int epochs, long seed, Map<String, Object> parameters) {
    static Spec of(JobSpec spec) {
      return new Spec(spec.name(), spec.epochs(), spec.seed(), spec.parameters());
    }
  }
}
