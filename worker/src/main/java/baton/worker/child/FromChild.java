package baton.worker.child;

import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The messages of a child: one JSON object per line, named by its {@code type}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FromChild.Hello.class, name = "hello"),
  @JsonSubTypes.Type(value = FromChild.Ready.class, name = "ready"),
  @JsonSubTypes.Type(value = FromChild.Batch.class, name = "batch"),
  @JsonSubTypes.Type(value = FromChild.Evaluated.class, name = "evaluated"),
  @JsonSubTypes.Type(value = FromChild.Final.class, name = "final"),
  @JsonSubTypes.Type(value = FromChild.Snapshotted.class, name = "snapshotted"),
  @JsonSubTypes.Type(value = FromChild.Saved.class, name = "saved"),
  @JsonSubTypes.Type(value = FromChild.Failed.class, name = "error")
})
sealed interface FromChild {
  /**
   * The child has connected; nothing is restored yet.
   *
   * @param language its language and version, for people
   */
  record Hello(
      @JsonProperty(required = true) int version, @JsonProperty(required = true) String language)
      implements FromChild {}

  /**
   * The state is restored, and the child waits for its first order.
   *
   * @param batches the number of batches in an epoch; 0: not known before one has ended
   */
  record Ready(
      @JsonProperty(required = true) int batches,
      @JsonProperty(required = true) Sha256 architecture,
      @JsonProperty(required = true) Map<String, String> profile)
      implements FromChild {}

  /** A batch is trained; the child waits for an order. */
  record Batch(@JsonProperty(required = true) Position position, OptionalDouble loss)
      implements FromChild {
    public Batch {
      loss = loss == null ? OptionalDouble.empty() : loss;
    }
  }

  /**
   * Measurements of the epoch that ends with the next batch, or within an epoch.
   *
   * @param metrics numbers by name; null: not a finite number
   */
  record Evaluated(@JsonProperty(required = true) Map<String, Double> metrics)
      implements FromChild {}

  /** The next batch is the last one, with the reason. */
  record Final(@JsonProperty(required = true) String reason) implements FromChild {}

  /** The state is copied to memory; its files are being written. */
  record Snapshotted(
      @JsonProperty(required = true) int id, @JsonProperty(required = true) Position position)
      implements FromChild {}

  /** The files of a snapshot are written, or could not be written; may come at any time. */
  record Saved(@JsonProperty(required = true) int id, Optional<String> error)
      implements FromChild {}

  /** The child has failed, and will end. */
  record Failed(
      @JsonProperty(required = true) Whose kind,
      @JsonProperty(required = true) String sentence,
      @JsonProperty(required = true) String remedy)
      implements FromChild {
    /** The cause of the failure. */
    enum Whose {
      @JsonProperty("program")
      PROGRAM,
      @JsonProperty("machine")
      MACHINE
    }

    Trouble trouble(String output) {
      String told = ChildFailures.brief(remedy) + output;
      return kind == Whose.MACHINE
          ? Trouble.machine(ChildFailures.brief(sentence), told)
          : Trouble.program(ChildFailures.brief(sentence), told);
    }
  }
}
