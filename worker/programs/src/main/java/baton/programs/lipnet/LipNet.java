package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import baton.worker.segment.TroubleException;
import baton.worker.train.Parameters;
import baton.worker.train.Recipe;
import baton.worker.train.Seeds;
import baton.worker.train.TrainingGoal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program {@code lipnet}: reads whole sentences from the lips of people that it has never seen.
 */
public final class LipNet implements Recipe<Clip> {
  private static final Logger LOG = LoggerFactory.getLogger(LipNet.class);

  /** The number of held-out clips that are read at a time. */
  private static final int EXAM_BATCH = 16;

  private final LipNetSettings settings;
  private final Corpus corpus;

  public LipNet(Parameters parameters, Seeds seeds) throws TroubleException {
    settings = LipNetSettings.of(parameters);
    corpus = settings.corpus(seeds);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of(
        "batchSize",
        8,
        "learningRate",
        0.002,
        "schedule",
        "cosine",
        "warmUpEpochs",
        1,
        "clipNorm",
        20);
  }

  @Override
  public Block model() {
    return settings.network().block();
  }

  @Override
  public Shape input() {
    return shape(1);
  }

  @Override
  public int examples() {
    return corpus.trainingClips();
  }

  @Override
  public Clip example(int number, int epoch) throws IOException {
    return corpus.training(number, epoch);
  }

  @Override
  public Batch batch(NDManager manager, List<Clip> clips) {
    return new Batch(films(manager, clips), Transcripts.of(manager, clips));
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return CtcSurrogate.of(
        predictions.singletonOrThrow(), Transcripts.labels(labels.singletonOrThrow()));
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    Exam exam = new Exam(settings.beam());
    for (int from = 0; from < corpus.heldOutClips(); from += EXAM_BATCH) {
      List<Clip> clips = new ArrayList<>();
      for (int i = from; i < Math.min(from + EXAM_BATCH, corpus.heldOutClips()); i++) {
        clips.add(heldOut(i));
      }
      try (NDManager scope = manager.newSubManager()) {
        exam.add(clips, model.apply(films(scope, clips)).singletonOrThrow());
      }
    }
    LOG.info("{}", exam.sample());
    return exam.marks();
  }

  @Override
  public TrainingGoal goal() {
    return TrainingGoal.lowest("wer");
  }

  private NDList films(NDManager manager, List<Clip> clips) {
    int pixels = settings.format().clipPixels();
    float[] films = new float[clips.size() * pixels];
    for (int i = 0; i < clips.size(); i++) {
      clips.get(i).standardizeInto(films, i * pixels);
    }
    return new NDList(manager.create(films, shape(clips.size())));
  }

  private Shape shape(int clips) {
    ClipFormat format = settings.format();
    return new Shape(clips, 1, format.frames(), format.height(), format.width());
  }

  private Clip heldOut(int number) {
    try {
      return corpus.heldOut(number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
