package baton.coordinator.store;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.TopicConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;

/**
 * This coordinator's part of the shared memory: holds what may be lost, and nothing else.
 *
 * <p>It stands alone, on loopback, on a port the system picks, and seeks no others.
 */
public final class HazelcastNode implements AutoCloseable {
  private static final String PULSES = "pulses";
  private static final String JOB_CHANGES = "job-changes";

  /** Longer than any ttl: what nobody renewed for so long, nobody reads. */
  private static final int PULSE_IDLE_SECONDS = 2 * 60 * 60;

  private final HazelcastInstance instance;

  private HazelcastNode(HazelcastInstance instance) {
    this.instance = instance;
  }

  /**
   * @param clusterName what a stranger must know to speak with it; best drawn at random
   */
  public static HazelcastNode startAlone(String clusterName) {
    return new HazelcastNode(Hazelcast.newHazelcastInstance(alone(clusterName)));
  }

  public HazelcastPulses pulses() {
    return new HazelcastPulses(instance.getMap(PULSES));
  }

  public HazelcastSignals signals() {
    return new HazelcastSignals(instance.getTopic(JOB_CHANGES));
  }

  @Override
  public void close() {
    instance.shutdown();
  }

  private static Config alone(String clusterName) {
    Config config = quietAndSmall(new Config().setClusterName(clusterName));
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(0).setPublicAddress("127.0.0.1");
    network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    network.getJoin().getAutoDetectionConfig().setEnabled(false);
    network.getJoin().getMulticastConfig().setEnabled(false);
    config.addMapConfig(new MapConfig(PULSES).setMaxIdleSeconds(PULSE_IDLE_SECONDS));
    config.addTopicConfig(new TopicConfig(JOB_CHANGES).setStatisticsEnabled(false));
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(strangersSendNoObjects())
        .getCompactSerializationConfig()
        .addSerializer(new PulseSerializer());
    return config;
  }

  private static Config quietAndSmall(Config config) {
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    return config
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.logging.type", "slf4j")
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        .setProperty("hazelcast.health.monitoring.level", "OFF")
        .setProperty("hazelcast.socket.bind.any", "false")
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.io.thread.count", "1")
        .setProperty("hazelcast.operation.thread.count", "2")
        .setProperty("hazelcast.operation.generic.thread.count", "2")
        .setProperty("hazelcast.event.thread.count", "1");
  }

  /** Any user of this machine may connect to loopback; none may send Java objects. */
  private static JavaSerializationFilterConfig strangersSendNoObjects() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true).getWhitelist().addPrefixes("java.lang.");
    return filter;
  }
}
