package baton.protocol.message;

import baton.protocol.SessionId;
import baton.protocol.StoreId;
import java.util.List;

/**
 * The jobs, the workers that wait for one, and the coordinator's Drive.
 *
 * @param drive absent if the coordinator was never signed in to one
 */
public record StatusView(List<JobView> jobs, List<WaitingView> waiting, DriveView drive) {
  /** A worker that waits for a lease. */
  public record WaitingView(
      SessionId session, String worker, String device, List<String> programs) {}

  /**
   * The Google Drive whose access the coordinator lends to workers.
   *
   * @param client the id of the OAuth client, which is not secret
   * @param lends whether workers get access now
   * @param notice what a person should do; absent if nothing
   * @param limitBytes absent if there is none, or if it is not known yet
   * @param usedBytes including the trash; absent if it is not known yet
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
