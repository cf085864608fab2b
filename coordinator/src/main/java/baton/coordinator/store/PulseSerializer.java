package baton.coordinator.store;

import baton.coordinator.lease.Pulse;
import baton.protocol.Fence;
import baton.protocol.Phase;
import baton.protocol.Position;
import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
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
        loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss));
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
