package baton.cli.verify;

import baton.coordinator.lease.Certificate;
import baton.protocol.NumericProfile;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifests from a head back to the start, each found by the parent digest in the one after it.
 *
 * @param links the head first
 * @param beside manifests that are not on the chain: never committed, or rolled back
 * @param defects what breaks the chain, as sentences; empty if it leads back to the start
 */
record CheckpointChain(List<Found> links, List<Found> beside, List<String> defects) {
  CheckpointChain {
    links = List.copyOf(links);
    beside = List.copyOf(beside);
    defects = List.copyOf(defects);
  }

  /**
   * Follows the chain.
   *
   * @param manifests every manifest of the job
   * @param head the digest of the newest manifest; empty for the one with the highest fence, then
   *     position
   */
  static CheckpointChain from(List<Found> manifests, Optional<Sha256> head) {
    List<String> defects = new ArrayList<>();
    manifests.forEach(
        found -> found.defect().ifPresent(what -> defects.add(found.path() + " " + what + ".")));
    Map<Sha256, Found> byDigest = new HashMap<>();
    manifests.stream()
        .filter(found -> found.manifest().isPresent())
        .forEach(found -> byDigest.put(found.digest(), found));
    Optional<Found> newest =
        head.isPresent()
            ? head.map(byDigest::get)
            : byDigest.values().stream().max(Found.NEWEST_LAST);
    if (newest.isEmpty()) {
      defects.add(
          head.map(
                  digest ->
                      "No manifest in the store has the head's digest %s: it was changed or removed."
                          .formatted(digest.brief()))
              .orElse("The store holds no checkpoint of this job that can be read."));
    }
    List<Found> links = new ArrayList<>();
    for (Optional<Found> next = newest; next.isPresent(); ) {
      Found child = next.get();
      links.add(child);
      Optional<Sha256> parent = child.manifest().orElseThrow().parent();
      next = parent.map(byDigest::get);
      if (parent.isPresent() && next.isEmpty()) {
        defects.add(missing(child, parent.get(), beside(manifests, links)));
      }
      next.ifPresent(
          found -> compare(child, found).ifPresent(what -> defects.add(child.path() + " " + what)));
    }
    return new CheckpointChain(links, beside(manifests, links), defects);
  }

  /** The certificate of this chain, from the profiles in its manifests. */
  Certificate certificate() {
    Certificate certificate = Certificate.NONE;
    Position from = Position.START;
    for (int i = links.size() - 1; i >= 0; i--) {
      Manifest manifest = links.get(i).manifest().orElseThrow();
      NumericProfile profile = new NumericProfile(manifest.numericProfile());
      certificate = certificate.extended(profile, from, manifest.fence());
      from = manifest.position();
    }
    return certificate;
  }

  private static List<Found> beside(List<Found> manifests, List<Found> links) {
    return manifests.stream().filter(found -> !links.contains(found)).toList();
  }

  /**
   * Describes a missing parent. An edited manifest has another digest, so the newest manifest that
   * fits in its place was probably edited.
   */
  private static String missing(Found child, Sha256 parent, List<Found> beside) {
    Optional<Found> suspect =
        beside.stream()
            .filter(found -> Found.NEWEST_LAST.compare(found, child) < 0)
            .filter(found -> child.folder().position().isAfter(found.folder().position()))
            .max(Found.NEWEST_LAST);
    return "%s extends the manifest %s, and none in the store has that digest: %s."
        .formatted(
            child.path(),
            parent.brief(),
            suspect
                .map(found -> found.path() + " was changed, or one was removed")
                .orElse("it was removed"));
  }

  private static Optional<String> compare(Found child, Found parent) {
    Manifest after = child.manifest().orElseThrow();
    Manifest before = parent.manifest().orElseThrow();
    if (!after.position().isAfter(before.position())) {
      return Optional.of("is no later than its parent, " + parent.path() + ".");
    }
    if (after.fence().compareTo(before.fence()) < 0) {
      return Optional.of("has a lower fence than its parent, " + parent.path() + ".");
    }
    boolean sameJob =
        after.seed() == before.seed()
            && after.program().equals(before.program())
            && after.parameters().equals(before.parameters())
            && after.architectureHash().equals(before.architectureHash());
    return sameJob
        ? Optional.empty()
        : Optional.of(
            "has another seed, program, architecture or parameters than its parent, "
                + parent.path()
                + ".");
  }
}
