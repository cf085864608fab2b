package baton.coordinator.store;

import baton.coordinator.lease.Pulse;
import baton.protocol.Fence;
import baton.protocol.Hazard;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** The form in which a pulse travels between coordinators. */
final class PulseSerializer implements CompactSerializer<Pulse> {
  @Override
  public Pulse read(CompactReader reader) {
    Double loss = reader.readNullableFloat64("loss");
    return new Pulse(
        new Fence(reader.readInt64("fence")),
        reader.readInt64("counter"),
        Phase.valueOf(reader.readString("phase")),
        reader.readInt64("progress"),
        new Position(reader.readInt32("epoch"), reader.readInt32("batch")),
        loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss),
        saving(reader));
  }

  private static Optional<SaveInterval> saving(CompactReader reader) {
    Long interval = reader.readNullableInt64("interval");
    return interval == null
        ? Optional.empty()
        : Optional.of(
            new SaveInterval(
                Duration.ofMillis(interval),
                Optional.ofNullable(reader.readNullableInt64("cost")).map(Duration::ofMillis),
                Optional.ofNullable(reader.readNullableInt64("upload")).map(Duration::ofMillis),
                new Hazard(
                    Duration.ofMillis(reader.readInt64("meanTimeToLoss")),
                    reader.readInt32("lost"),
                    Duration.ofMillis(reader.readInt64("held")))));
  }

  private static void write(CompactWriter writer, Optional<SaveInterval> saving) {
    writer.writeNullableInt64("interval", millis(saving.map(SaveInterval::interval)));
    writer.writeNullableInt64("cost", millis(saving.flatMap(SaveInterval::cost)));
    writer.writeNullableInt64("upload", millis(saving.flatMap(SaveInterval::upload)));
    Hazard hazard = saving.map(SaveInterval::hazard).orElse(Hazard.PRIOR);
    writer.writeInt64("meanTimeToLoss", hazard.meanTimeToLoss().toMillis());
    writer.writeInt32("lost", hazard.lost());
    writer.writeInt64("held", hazard.held().toMillis());
  }

  private static Long millis(Optional<Duration> time) {
    return time.map(Duration::toMillis).orElse(null);
  }

  @Override
  public void write(CompactWriter writer, Pulse pulse) {
    writer.writeInt64("fence", pulse.fence().value());
    writer.writeInt64("counter", pulse.counter());
    writer.writeString("phase", pulse.phase().name());
    writer.writeInt64("progress", pulse.progress());
    writer.writeInt32("epoch", pulse.position().epoch());
    writer.writeInt32("batch", pulse.position().batch());
    writer.writeNullableFloat64(
        "loss", pulse.loss().isPresent() ? pulse.loss().getAsDouble() : null);
    write(writer, pulse.saving());
  }

  @Override
  public String getTypeName() {
    return "pulse";
  }

  @Override
  public Class<Pulse> getCompactClass() {
    return Pulse.class;
  }
}
