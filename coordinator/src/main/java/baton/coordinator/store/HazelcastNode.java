package baton.coordinator.store;

import baton.coordinator.lease.LeaseHeartbeat;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This coordinator's Hazelcast member: it holds only data that may be lost. */
public final class HazelcastNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastNode.class);

  private final HazelcastInstance instance;
  private final Members members;

  private HazelcastNode(Config config, Members members) {
    this.instance = Hazelcast.newHazelcastInstance(config);
    this.members = members;
  }

  /**
   * Joins the members that it finds; missing ones may join later.
   *
   * @param clusterName without it a stranger cannot connect; best drawn at random
   * @throws ClusterException if it cannot use its own address
   */
  public static HazelcastNode join(String clusterName, Members members) {
    try {
      return new HazelcastNode(HazelcastSettings.member(clusterName, members), members);
    } catch (HazelcastException e) {
      throw new ClusterException(
          "This member cannot use its address %s: %s. Stop what listens there, or name another with --cluster."
              .formatted(members.own(), Causes.innermost(e)),
          e);
    }
  }

  public HazelcastHeartbeats heartbeats() {
    return new HazelcastHeartbeats(
        instance.<String, LeaseHeartbeat>getMap(HazelcastSettings.PULSES));
  }

  public HazelcastSignals signals() {
    return new HazelcastSignals(instance.getTopic(HazelcastSettings.JOB_CHANGES));
  }

  /** Why it may not decide, as a sentence; empty: it sees the majority of its cluster. */
  public Optional<String> cutOff() {
    int seen =
        instance.getLifecycleService().isRunning() ? instance.getCluster().getMembers().size() : 0;
    return seen >= members.majority()
        ? Optional.empty()
        : Optional.of(
            "This coordinator sees %d of the %d members of its cluster and needs %d to decide anything. Ask another, or this one again in a moment."
                .formatted(seen, members.all().size(), members.majority()));
  }

  /** Calls {@code change} whenever a member has joined or left, on a thread that must not block. */
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
        members.all().size());
  }

  @Override
  public void close() {
    instance.getLifecycleService().terminate(); // migrates nothing: all of it may be lost
  }
}
