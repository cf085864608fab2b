package baton.coordinator.store;

import baton.coordinator.lease.Pulse;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This coordinator's part of the shared memory: holds what may be lost, and nothing else. */
public final class HazelcastNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastNode.class);

  private final HazelcastInstance instance;
  private final Optional<Members> members;

  private HazelcastNode(Config config, Optional<Members> members) {
    this.instance = Hazelcast.newHazelcastInstance(config);
    this.members = members;
  }

  /**
   * Stands alone, on loopback, on a port the system picks, and seeks no others.
   *
   * @param clusterName what a stranger must know to speak with it; best drawn at random
   */
  public static HazelcastNode startAlone(String clusterName) {
    return new HazelcastNode(HazelcastSettings.alone(clusterName), Optional.empty());
  }

  /**
   * Joins those of the members that it finds; who is missing may come later.
   *
   * @throws ClusterException if its own address cannot be had
   */
  public static HazelcastNode join(String clusterName, Members members) {
    try {
      return new HazelcastNode(
          HazelcastSettings.member(clusterName, members), Optional.of(members));
    } catch (HazelcastException e) {
      throw new ClusterException(
          "This member cannot use its address %s: %s. Stop what listens there, or name another with --cluster."
              .formatted(members.own(), Failures.innermost(e)),
          e);
    }
  }

  public HazelcastPulses pulses() {
    return new HazelcastPulses(instance.<String, Pulse>getMap(HazelcastSettings.PULSES));
  }

  public HazelcastSignals signals() {
    return new HazelcastSignals(instance.getTopic(HazelcastSettings.JOB_CHANGES));
  }

  /** Why it may not decide, in a sentence; empty: it sees the majority of its cluster. */
  public Optional<String> cutOff() {
    return members.flatMap(this::missing);
  }

  /** Calls {@code change} whenever a member has come or gone, on a thread that must not block. */
  public void onMembership(Runnable change) {
    instance
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {
                tell(event, "is here");
                change.run();
              }

              @Override
              public void memberRemoved(MembershipEvent event) {
                tell(event, "is gone");
                change.run();
              }
            });
  }

  private void tell(MembershipEvent event, String what) {
    LOG.info(
        "The member {}:{} {}: {} of {} see one another.",
        event.getMember().getAddress().getHost(),
        event.getMember().getAddress().getPort(),
        what,
        event.getMembers().size(),
        members.map(named -> named.all().size()).orElse(1));
  }

  private Optional<String> missing(Members named) {
    int seen =
        instance.getLifecycleService().isRunning() ? instance.getCluster().getMembers().size() : 0;
    return seen >= named.majority()
        ? Optional.empty()
        : Optional.of(
            "This coordinator sees %d of the %d members of its cluster and needs %d to decide anything. Ask another, or this one again in a moment."
                .formatted(seen, named.all().size(), named.majority()));
  }

  @Override
  public void close() {
    if (members.isPresent()) {
      instance.getLifecycleService().terminate(); // hands nothing over: it may all be lost
    } else {
      instance.shutdown();
    }
  }
}
