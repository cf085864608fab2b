package baton.coordinator.store;

import baton.coordinator.lease.Signals;
import baton.protocol.JobId;
import com.hazelcast.topic.ITopic;
import java.util.function.Consumer;

/**
 * Signals of changed jobs over a shared topic, which also reach this coordinator's own listeners.
 */
public final class HazelcastSignals implements Signals {
  private final ITopic<String> changes;

  HazelcastSignals(ITopic<String> changes) {
    this.changes = changes;
  }

  @Override
  public void jobChanged(JobId job) {
    changes.publish(job.value());
  }

  @Override
  public void listen(Consumer<JobId> listener) {
    changes.addMessageListener(message -> listener.accept(new JobId(message.getMessageObject())));
  }
}
