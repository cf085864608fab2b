package baton.coordinator.relay;

import baton.coordinator.lease.StoreContents.JobContents;
import baton.coordinator.lease.StoreContents.Text;
import baton.coordinator.lease.StoredManifest;
import baton.protocol.Data;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.JobFile;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.NewerFormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A job as a store's manifests and job file describe it, with the problems found in them.
 *
 * @param read the manifests that belong to this job and are in the folder that they name
 * @param newer why some cannot be read, if a newer version of Baton wrote them
 */
record JobInStore(
    StoreId store,
    JobContents contents,
    List<Manifest> read,
    List<StoredManifest> manifests,
    List<String> newer,
    List<String> oddities) {
  private static final int MOST_TOLD = 3;
  private static final int LONGEST_NAME = 64;

  /** Of two jobs with one name, the one that is further keeps it. */
  static final Comparator<JobInStore> FURTHEST_FIRST =
      Comparator.comparing(JobInStore::furthest).reversed().thenComparing(job -> job.job().value());

  static JobInStore of(StoreId store, JobContents contents) {
    List<Manifest> read = new ArrayList<>();
    List<StoredManifest> manifests = new ArrayList<>();
    List<String> newer = new ArrayList<>();
    List<String> oddities = new ArrayList<>();
    for (Text text : contents.manifests()) {
      try {
        Manifest manifest = ManifestJson.read(text.text());
        if (isInPlace(manifest, store, contents.job(), text.folder())) {
          read.add(manifest);
          manifests.add(StoredManifest.of(manifest, Sha256.ofText(text.text())));
        } else {
          oddities.add(
              "The manifest in %s speaks of another job, store or folder and is not used."
                  .formatted(text.folder()));
        }
      } catch (NewerFormatException e) {
        newer.add(oddity(text, e));
      } catch (IllegalArgumentException e) {
        oddities.add(oddity(text, e));
      }
    }
    oddities.addAll(lostParents(manifests));
    return new JobInStore(store, contents, read, manifests, newer, briefly(oddities));
  }

  private static String oddity(Text text, IllegalArgumentException e) {
    return "In %s: %s.".formatted(text.folder(), e.getMessage());
  }

  private static boolean isInPlace(Manifest manifest, StoreId store, JobId job, String folder) {
    return manifest.job().equals(job)
        && manifest.store().equals(store)
        && manifest.folder().equals(folder);
  }

  /** Reports edited or removed manifests: their descendants cannot be used. */
  private static List<String> lostParents(List<StoredManifest> manifests) {
    Set<Sha256> digests = new HashSet<>();
    manifests.forEach(stored -> digests.add(stored.checkpoint().digest()));
    return manifests.stream()
        .map(StoredManifest::checkpoint)
        .filter(checkpoint -> checkpoint.parent().filter(p -> !digests.contains(p)).isPresent())
        .map(
            checkpoint ->
                "The parent of %s is not in the store, or its manifest was edited; it and what follows it cannot be used."
                    .formatted(checkpoint.folder()))
        .toList();
  }

  private static List<String> briefly(List<String> sentences) {
    if (sentences.size() <= MOST_TOLD) {
      return sentences;
    }
    List<String> some = new ArrayList<>(sentences.subList(0, MOST_TOLD));
    some.add("There are %d more of that kind.".formatted(sentences.size() - MOST_TOLD));
    return some;
  }

  JobId job() {
    return contents.job();
  }

  /** The highest fence in the job's folder names and manifests. */
  Fence highest() {
    return manifests.stream()
        .map(stored -> stored.checkpoint().fence())
        .max(Comparator.naturalOrder())
        .filter(fence -> fence.compareTo(contents.highest()) > 0)
        .orElse(contents.highest());
  }

  /** Whether a newer version of Baton wrote some of it, so that the head may be unreadable. */
  boolean isOfNewerForm() {
    return !newer.isEmpty();
  }

  String newerForm() {
    return newer.get(0) + " It was left alone, since its newest checkpoints cannot be read.";
  }

  String name() {
    return furthestManifest().map(Manifest::jobName).orElse(job().value());
  }

  private Optional<Manifest> furthestManifest() {
    return read.stream()
        .max(Comparator.comparing(Manifest::fence).thenComparing(Manifest::position));
  }

  private Fence furthest() {
    return furthestManifest().map(Manifest::fence).orElse(Fence.NONE);
  }

  /**
   * What was submitted.
   *
   * @param epochs the number that a person gives if there is no job file
   * @throws IllegalArgumentException if it cannot be found out; the message says what to do
   */
  JobSpec spec(Optional<Integer> epochs) {
    Manifest head = furthestManifest().orElseThrow();
    if (contents.jobFile().isEmpty()) {
      return fromManifest(
          head,
          epochs.orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "Its %s is missing, so nobody knows for how many epochs it was submitted. Say it with --epochs %s=N; its policies are then the defaults."
                          .formatted(JobFile.FILE_NAME, head.jobName()))));
    }
    JobFile file = JobFile.read(contents.jobFile().get());
    JobSpec spec = file.spec();
    boolean same =
        file.job().equals(job())
            && spec.program().equals(head.program())
            && spec.seed() == head.seed()
            && spec.parameters().equals(head.parameters())
            && spec.data().map(Data::digest).equals(head.dataDigest());
    if (!same) {
      throw new IllegalArgumentException(
          "Its %s and its manifests disagree on the job, program, seed, parameters or data; one of them was edited. Put the right one back, or remove %s and use --epochs."
              .formatted(JobFile.FILE_NAME, JobFile.FILE_NAME));
    }
    return spec;
  }

  private JobSpec fromManifest(Manifest head, int epochs) {
    if (head.dataDigest().isPresent()) {
      throw new IllegalArgumentException(
          "Its %s is missing, and only that said where the data lies that it trained on. Put the file back."
              .formatted(JobFile.FILE_NAME));
    }
    return new JobSpec(
        head.jobName(),
        head.program(),
        head.parameters(),
        epochs,
        head.seed(),
        0,
        Optional.of(store),
        Policy.DEFAULT,
        Optional.empty());
  }

  /** The spec under another, unique name. */
  JobSpec renamed(JobSpec spec) {
    String suffix = "-" + first(job().value(), 8);
    return spec.withName(first(spec.name(), LONGEST_NAME - suffix.length()) + suffix);
  }

  private static String first(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
