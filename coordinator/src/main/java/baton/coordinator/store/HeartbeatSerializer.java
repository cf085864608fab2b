package baton.coordinator.store;

import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Renewing;
import baton.protocol.Fence;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** The wire format of heartbeats between coordinators. */
final class HeartbeatSerializer implements CompactSerializer<LeaseHeartbeat> {
  @Override
  public LeaseHeartbeat read(CompactReader reader) {
    Double loss = reader.readNullableFloat64("loss");
    return new LeaseHeartbeat(
        new Fence(reader.readInt64("fence")),
        reader.readInt64("counter"),
        new Renewing(
            Phase.valueOf(reader.readString("phase")),
            new Position(reader.readInt32("epoch"), reader.readInt32("batch")),
            reader.readInt64("progress"),
            loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss),
            saving(reader)));
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
                new LifetimeEstimate(
                    Duration.ofMillis(reader.readInt64("meanTimeToLoss")),
                    reader.readInt32("lost"),
                    Duration.ofMillis(reader.readInt64("held")))));
  }

  private static void write(CompactWriter writer, Optional<SaveInterval> saving) {
    writer.writeNullableInt64("interval", millis(saving.map(SaveInterval::interval)));
    writer.writeNullableInt64("cost", millis(saving.flatMap(SaveInterval::cost)));
    writer.writeNullableInt64("upload", millis(saving.flatMap(SaveInterval::upload)));
    LifetimeEstimate lifetime = saving.map(SaveInterval::lifetime).orElse(LifetimeEstimate.PRIOR);
    writer.writeInt64("meanTimeToLoss", lifetime.meanTimeToLoss().toMillis());
    writer.writeInt32("lost", lifetime.lost());
    writer.writeInt64("held", lifetime.held().toMillis());
  }

  private static Long millis(Optional<Duration> time) {
    return time.map(Duration::toMillis).orElse(null);
  }

  @Override
  public void write(CompactWriter writer, LeaseHeartbeat heartbeat) {
    writer.writeInt64("fence", heartbeat.fence().value());
    writer.writeInt64("counter", heartbeat.counter());
    Renewing said = heartbeat.said();
    writer.writeString("phase", said.phase().name());
    writer.writeInt64("progress", said.progress());
    writer.writeInt32("epoch", said.position().epoch());
    writer.writeInt32("batch", said.position().batch());
    writer.writeNullableFloat64("loss", said.loss().isPresent() ? said.loss().getAsDouble() : null);
    write(writer, said.saving());
  }

  @Override
  public String getTypeName() {
    return "pulse";
  }

  @Override
  public Class<LeaseHeartbeat> getCompactClass() {
    return LeaseHeartbeat.class;
  }
}
