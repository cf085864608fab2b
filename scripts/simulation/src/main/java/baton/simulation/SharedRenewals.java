package baton.simulation;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.store.MemoryHeartbeats;
import baton.protocol.JobId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The newest renewals as one life of a coordinator shares them: late, or with no other member. */
final class SharedRenewals implements HeartbeatStore {
  private final SimulatedCluster cluster;
  private final CoordinatorProcess owner;
  private final int life;
  private final boolean shares;
  private final MemoryHeartbeats alone = new MemoryHeartbeats();

  SharedRenewals(SimulatedCluster cluster, CoordinatorProcess owner, boolean shares) {
    this.cluster = cluster;
    this.shares = shares;
    this.owner = owner;
    this.life = owner.life();
  }

  @Override
  public void put(JobId job, LeaseHeartbeat pulse) {
    reached().put(job, pulse);
    owner.mayStandStill();
  }

  @Override
  public Optional<LeaseHeartbeat> get(JobId job) {
    return reached().get(job);
  }

  @Override
  public Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs) {
    Map<JobId, LeaseHeartbeat> found = reached().all(jobs);
    owner.mayStandStill();
    return found;
  }

  @Override
  public void remove(JobId job) {
    reached().remove(job);
  }

  /** Before a member notices that it is cut off, it shares renewals with itself only. */
  private MemoryHeartbeats reached() {
    owner.mayStandStill();
    if (!owner.lives(life) || cluster.isCutOff(owner)) {
      throw new CutOff("It cannot share renewals.", null);
    }
    return cluster.isAlone(owner) || !shares ? alone : cluster.renewals();
  }
}
