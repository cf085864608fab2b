package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.UrlAsk;
import baton.protocol.UrlAsk.Verb;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.StoreMarker;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the holder of a lease may do in its job's store by addresses that are lent to it.
 *
 * <ol>
 *   <li>It bears the fence and the secret of the live lease (R3).
 *   <li>It may read the store's marker (R15) and whatever lies below its job's folder.
 *   <li>It may write its job's file, and files into folders that bear its own fence (R6).
 * </ol>
 */
public final class LentPaths {
  /** No path leads anywhere but down: no empty step, no dot at the beginning of one, no more. */
  private static final Pattern PLAIN = Pattern.compile("[^/.][^/]*(/[^/.][^/]*)*/?");

  private static final Pattern ODD = Pattern.compile(".*[\\\\\\p{Cntrl}].*", Pattern.DOTALL);

  private LentPaths() {}

  /** Why not; empty: all of it may be lent. */
  public static Optional<Outcome> refuse(
      Job job, Fence fence, Sha256 secretHash, List<UrlAsk> asks) {
    Optional<Outcome> notHolder = Holder.refuse(job, fence, secretHash).map(Decision::outcome);
    if (notHolder.isPresent()) {
      return notHolder;
    }
    return asks.stream()
        .filter(ask -> !mayBeLent(job.id(), fence, ask))
        .findFirst()
        .map(
            ask ->
                new Outcome.Refused(
                    Refusal.NOT_YOURS,
                    "Lease %s of %s has no business with %s there: it reads what lies below its job's folder, and writes into folders of its own."
                        .formatted(fence, job.spec().name(), ask.verb())));
  }

  private static boolean mayBeLent(JobId job, Fence fence, UrlAsk ask) {
    String path = ask.path();
    if (!PLAIN.matcher(path).matches() || ODD.matcher(path).matches()) {
      return false;
    }
    if (ask.verb() != Verb.PUT) {
      return path.equals(StoreMarker.FILE_NAME) || path.startsWith(job + "/");
    }
    int slash = path.lastIndexOf('/');
    return path.equals(job + "/" + JobFile.FILE_NAME)
        || slash > 0
            && CheckpointFolder.parse(path.substring(0, slash))
                .filter(folder -> folder.job().equals(job) && folder.fence().equals(fence))
                .isPresent();
  }
}
