package baton.programs.lipnet;

import baton.worker.segment.TroubleException;
import baton.worker.train.Parameters;
import baton.worker.train.Seeds;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The parameters of a job that are this program's own.
 *
 * <table>
 *   <caption>Names, values and defaults</caption>
 *   <tr><td>{@code corpus}</td><td>the folder of a filmed corpus (see {@link GridCorpus}), the same
 *   on all workers, or {@code synthetic}; by default the job's data, or else synthetic</td></tr>
 *   <tr><td>{@code frames}</td><td>of a clip, 60; the most of a filmed clip, 75</td></tr>
 *   <tr><td>{@code height}, {@code width}</td><td>of a frame in pixels, 20 and 40</td></tr>
 *   <tr><td>{@code clipsPerEpoch}</td><td>synthetic only, 512</td></tr>
 *   <tr><td>{@code speakers}</td><td>for training, synthetic only, 24</td></tr>
 *   <tr><td>{@code heldOutSpeakers}</td><td>for evaluation, 4</td></tr>
 *   <tr><td>{@code heldOutClips}</td><td>for evaluation, 96; the most of a folder's</td></tr>
 *   <tr><td>{@code channels}</td><td>of the first convolution, 16</td></tr>
 *   <tr><td>{@code units}</td><td>of each direction of a GRU, 64</td></tr>
 *   <tr><td>{@code dropout}</td><td>0</td></tr>
 *   <tr><td>{@code beam}</td><td>prefixes that the decoder keeps, 10</td></tr>
 * </table>
 *
 * @param folder the folder of a filmed corpus; empty: the corpus is synthetic
 */
record LipNetSettings(
    Optional<Path> folder,
    ClipFormat format,
    SyntheticCorpus.Size size,
    LipReader network,
    int beam) {
  private static final String SYNTHETIC = "synthetic";

  static LipNetSettings of(Parameters parameters) throws TroubleException {
    String corpus =
        parameters.text("corpus", parameters.data().map(Path::toString).orElse(SYNTHETIC));
    boolean filmed = !corpus.equals(SYNTHETIC);
    return new LipNetSettings(
        filmed ? Optional.of(Path.of(corpus)) : Optional.empty(),
        new ClipFormat(
            parameters.atLeast(filmed ? 1 : GridGrammar.framesForAny(), "frames", filmed ? 75 : 60),
            parameters.atLeast(LipReader.SHRINKS_BY, "height", 20),
            parameters.atLeast(LipReader.SHRINKS_BY, "width", 40)),
        new SyntheticCorpus.Size(
            parameters.count("clipsPerEpoch", 512),
            parameters.count("speakers", 24),
            parameters.count("heldOutClips", 96),
            parameters.count("heldOutSpeakers", 4)),
        new LipReader(
            parameters.count("channels", 16),
            parameters.count("units", 64),
            (float) parameters.fraction("dropout", 0)),
        parameters.count("beam", 10));
  }

  Corpus corpus(Seeds seeds) throws TroubleException {
    return folder.isPresent()
        ? GridCorpus.open(folder.get(), format, size.strangers(), size.heldOutClips(), seeds)
        : new SyntheticCorpus(format, size, seeds);
  }
}
