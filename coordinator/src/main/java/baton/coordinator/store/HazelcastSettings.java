package baton.coordinator.store;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.config.TopicConfig;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Hazelcast's configuration: small, quiet, and talking only to the named members. */
final class HazelcastSettings {
  /** The version of the shared data: changes whenever two versions could not read each other's. */
  static final int FORM = 1;

  static final String PULSES = "pulses";
  static final String JOB_CHANGES = "job-changes";
  static final String MAJORITY = "majority";

  /** Longer than any ttl: nobody reads a heartbeat that was not renewed for this long. */
  private static final int PULSE_IDLE_SECONDS = 2 * 60 * 60;

  private HazelcastSettings() {}

  /**
   * The configuration of a cluster's member. A silent member is removed after five seconds, and
   * nothing waits longer for it.
   */
  static Config member(String clusterName, Members members) {
    Config config =
        quiet(clusterName)
            .setProperty("hazelcast.io.thread.count", "3") // with fewer, one frozen member is two
            .setProperty("hazelcast.wait.seconds.before.join", "1")
            .setProperty("hazelcast.max.wait.seconds.before.join", "3")
            .setProperty("hazelcast.heartbeat.interval.seconds", "1")
            .setProperty("hazelcast.max.no.heartbeat.seconds", "5")
            .setProperty("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "5")
            .setProperty("hazelcast.mastership.claim.timeout.seconds", "6")
            .setProperty("hazelcast.operation.call.timeout.millis", "3000")
            .setProperty("hazelcast.operation.backup.timeout.millis", "1000")
            // A renewal that no other member has received is not acknowledged.
            .setProperty("hazelcast.operation.fail.on.indeterminate.state", "true")
            .setProperty("hazelcast.merge.first.run.delay.seconds", "3")
            .setProperty("hazelcast.merge.next.run.delay.seconds", "3");
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(members.own().port()).setPortAutoIncrement(false);
    String own = numeric(members.own());
    network.setPublicAddress(own + ":" + members.own().port());
    network.getInterfaces().setEnabled(true).addInterface(own);
    TcpIpConfig join = network.getJoin().getTcpIpConfig().setEnabled(true);
    join.setConnectionTimeoutSeconds(2);
    members.all().forEach(member -> join.addMember(member.toString()));
    if (members.majority() > 1) { // Hazelcast accepts no majority of one
      config.addSplitBrainProtectionConfig(
          new SplitBrainProtectionConfig(MAJORITY, true, members.majority())
              .setProtectOn(SplitBrainProtectionOn.READ_WRITE));
      config.getMapConfig(PULSES).setSplitBrainProtectionName(MAJORITY);
    }
    return config;
  }

  private static Config quiet(String clusterName) {
    Config config = new Config().setClusterName(clusterName);
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config.addMapConfig(new MapConfig(PULSES).setMaxIdleSeconds(PULSE_IDLE_SECONDS));
    config.addTopicConfig(new TopicConfig(JOB_CHANGES).setStatisticsEnabled(false));
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(strangersSendNoObjects())
        .getCompactSerializationConfig()
        .addSerializer(new HeartbeatSerializer());
    return config
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.logging.type", "slf4j")
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        .setProperty("hazelcast.health.monitoring.level", "OFF")
        .setProperty("hazelcast.socket.bind.any", "false")
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.operation.thread.count", "2")
        .setProperty("hazelcast.operation.generic.thread.count", "2")
        .setProperty("hazelcast.event.thread.count", "1");
  }

  private static String numeric(Members.Address address) {
    try {
      return InetAddress.getByName(address.host()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new ClusterException(
          "The own address of this member, %s, is not known. Name this machine first after --cluster, by a name or number it has itself."
              .formatted(address),
          e);
    }
  }

  /** Accepts no Java objects from the network but those that Hazelcast's own errors consist of. */
  private static JavaSerializationFilterConfig strangersSendNoObjects() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter
        .setDefaultsDisabled(true)
        .getWhitelist()
        .addPrefixes(
            "java.lang.", "java.util.", "java.io.", "java.net.", "com.hazelcast.", "[Ljava.lang.");
    return filter;
  }
}
