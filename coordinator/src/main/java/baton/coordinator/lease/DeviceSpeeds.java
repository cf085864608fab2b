package baton.coordinator.lease;

import baton.coordinator.lease.JobHistory.SegmentRow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast each kind of device trains one job, compared with the fastest that is known.
 *
 * @param epochsPerHour by kind of device, from segments that ended, their start and last upload
 *     included
 */
public record DeviceSpeeds(Map<String, Double> epochsPerHour) {
  public static final DeviceSpeeds NONE = new DeviceSpeeds(Map.of());

  public DeviceSpeeds {
    epochsPerHour = Map.copyOf(epochsPerHour);
  }

  /** The speeds that the segments of one job show. */
  public static DeviceSpeeds of(Collection<SegmentRow> segments) {
    Map<String, Double> epochs = new HashMap<>();
    Map<String, Double> hours = new HashMap<>();
    for (SegmentRow row : segments) {
      int done = row.to().epoch() - row.from().epoch();
      if (done > 0 && row.endedAt().filter(row.startedAt()::isBefore).isPresent()) {
        Duration took = Duration.between(row.startedAt(), row.endedAt().get());
        epochs.merge(row.device(), (double) done, Double::sum);
        hours.merge(row.device(), took.toMillis() / 3_600_000.0, Double::sum);
      }
    }
    epochs.replaceAll((device, done) -> done / hours.get(device));
    return new DeviceSpeeds(epochs);
  }

  /**
   * The relative speed of {@code device}: 1 for the fastest, and for one of which nothing is known,
   * so that it is tried.
   */
  public double of(String device) {
    double fastest = epochsPerHour.values().stream().reduce(0.0, Math::max);
    return epochsPerHour.containsKey(device) ? epochsPerHour.get(device) / fastest : 1;
  }
}
