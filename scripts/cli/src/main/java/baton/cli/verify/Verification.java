package baton.cli.verify;

import baton.coordinator.lease.Certificate;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads a job's chain from its store and verifies it.
 *
 * <ol>
 *   <li>Every manifest must be readable, and name the job, store and folder in which it is.
 *   <li>From the head back to the start, each must name its parent's digest.
 *   <li>If a coordinator is asked, everything that it recorded must be there as it was recorded.
 *   <li>Every file of a kept checkpoint must have the size and sha256 of its manifest, and their
 *       state the manifest's state digest.
 *   <li>The numeric profiles along the chain give the certificate.
 * </ol>
 */
public final class Verification {
  private final CheckpointStore store;
  private final Consumer<String> lines;

  /**
   * @param lines called with a line for each checkpoint as soon as it was read
   */
  public Verification(CheckpointStore store, Consumer<String> lines) {
    this.store = store;
    this.lines = lines;
  }

  /** The job with this id or name, if the store holds a checkpoint of it. */
  public Optional<JobId> find(String idOrName) throws StoreException {
    return new ManifestsOnFile(store).find(idOrName);
  }

  /**
   * Verifies a job.
   *
   * @param history what a coordinator recorded; empty to check the store alone
   * @param head the digest that the newest manifest must have, if a person knows it
   * @throws StoreException if the store cannot be read, which proves nothing
   */
  public VerifyReport run(JobId job, Optional<CheckpointHistory> history, Optional<Sha256> head)
      throws StoreException, IOException {
    Path scratch = Files.createTempDirectory("baton-verify");
    try {
      List<Found> manifests = new ManifestsOnFile(store).of(job);
      Optional<Sha256> newest = head.or(() -> history.flatMap(CheckpointHistory::head));
      CheckpointChain chain = CheckpointChain.from(manifests, newest);
      List<String> defects = new ArrayList<>();
      history.ifPresent(recorded -> defects.addAll(recorded.missingIn(manifests)));
      defects.addAll(chain.defects());
      lines.accept(VerifyReport.HEADING);
      int whole = readAll(chain, history, scratch, defects);
      Certificate certificate = chain.certificate();
      history.ifPresent(recorded -> compare(recorded, certificate, defects));
      return new VerifyReport(chain, whole, certificate, defects);
    } finally {
      Files.delete(scratch);
    }
  }

  /**
   * Reads all checkpoints; returns how many are complete. Pruning begins with the oldest, so no
   * older checkpoint may remain if a newer one is gone.
   */
  private int readAll(
      CheckpointChain chain,
      Optional<CheckpointHistory> history,
      Path scratch,
      List<String> defects)
      throws StoreException, IOException {
    int whole = 0;
    List<String> goneOfNewer = List.of();
    for (int i = 0; i < chain.links().size(); i++) {
      Found link = chain.links().get(i);
      Contents contents = Contents.read(store, link, scratch);
      defects.addAll(contents.defects());
      boolean mustBeWhole = i == 0 || history.filter(h -> h.keeps(link.digest())).isPresent();
      if (mustBeWhole) {
        contents
            .gone()
            .forEach(path -> defects.add(path + " is gone, and its checkpoint is kept."));
      } else if (contents.isWhole() && history.isEmpty() && !goneOfNewer.isEmpty()) {
        defects.add(goneOfNewer.get(0) + " is gone, though an older checkpoint is kept.");
        goneOfNewer = List.of();
      } else if (!contents.isWhole() && goneOfNewer.isEmpty()) {
        goneOfNewer = contents.gone();
      }
      whole += contents.isWhole() ? 1 : 0;
      lines.accept(VerifyReport.row(link, contents, i == 0));
    }
    return whole;
  }

  private static void compare(
      CheckpointHistory recorded, Certificate certificate, List<String> defects) {
    Optional<String> said =
        Optional.ofNullable(recorded.job().certificate()).map(view -> view.verdict());
    boolean differs =
        said.filter(verdict -> !verdict.equals(Certificate.Verdict.UNKNOWN.name()))
            .filter(verdict -> !verdict.equals(certificate.verdict().name()))
            .isPresent();
    if (differs) {
      defects.add(
          "The coordinator calls the result %s, the manifests in the store make it %s."
              .formatted(said.get(), certificate.verdict()));
    }
  }
}
