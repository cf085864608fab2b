package baton.protocol.message;

import baton.protocol.SessionId;
import baton.protocol.StoreId;
import java.util.List;

/**
 * Everything at a glance: the jobs, the workers that wait for one, and the coordinator's Drive.
 *
 * @param drive absent: the coordinator was never signed in to one
 */
public record StatusView(List<JobView> jobs, List<WaitingView> waiting, DriveView drive) {
  /** A worker that waits for a lease. */
  public record WaitingView(
      SessionId session, String worker, String device, List<String> programs) {}

  /**
   * The Google Drive whose access the coordinator lends to workers.
   *
   * @param client the id of the OAuth client, no secret
   * @param lends whether workers get access now
   * @param notice what a person should do; absent: nothing
   * @param limitBytes absent: there is none, or it is not known yet
   * @param usedBytes with what is in the trash; absent: not known yet
   */
  public record DriveView(
      String identity,
      String client,
      StoreId store,
      boolean lends,
      String notice,
      Long limitBytes,
      Long usedBytes,
      Long trashBytes) {}
}
