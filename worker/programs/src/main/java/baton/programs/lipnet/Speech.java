package baton.programs.lipnet;

import baton.worker.train.SplitMix64;
import java.util.ArrayList;
import java.util.List;

/** A moving mouth: one posture for each frame, from rest through a sequence of shapes to rest. */
final class Speech {
  private static final double CONSONANT = 0.7;
  private static final int LONGEST_SILENCE = 5;
  private static final int CLOSING = 3;

  private final List<Double> times = new ArrayList<>();
  private final List<Mouth> mouths = new ArrayList<>();

  private Speech() {}

  /** The postures of {@code speaker} for {@code shapes}, with random timing. */
  static List<Mouth> of(List<MouthShape> shapes, Speaker speaker, SplitMix64 random, int frames) {
    double begin = 1 + random.nextInt(LONGEST_SILENCE);
    double[] durations = durations(shapes, speaker, random, frames - begin - CLOSING);
    Speech speech = new Speech();
    speech.add(begin - 1, MouthShape.REST.mouth());
    double time = begin;
    for (int i = 0; i < durations.length; i++) {
      speech.add(time + durations[i] / 2, coarticulated(shapes, i, speaker.undershoot()));
      time += durations[i];
    }
    speech.add(time + 1, MouthShape.REST.mouth());
    List<Mouth> film = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      film.add(speech.at(frame));
    }
    return film;
  }

  /** The shapes' durations, shortened if there is no time for the speaker's own pace. */
  private static double[] durations(
      List<MouthShape> shapes, Speaker speaker, SplitMix64 random, double available) {
    double[] durations = new double[shapes.size()];
    double sum = 0;
    for (int i = 0; i < durations.length; i++) {
      double natural = speaker.pace() * (shapes.get(i).vowel() ? 1 : CONSONANT);
      durations[i] = natural * Speaker.between(random, 0.75, 1.25);
      sum += durations[i];
    }
    double hurry = Math.min(1, available / sum);
    for (int i = 0; i < durations.length; i++) {
      durations[i] *= hurry;
    }
    return durations;
  }

  /** A shape, mixed with its neighbours. */
  private static Mouth coarticulated(List<MouthShape> shapes, int index, double undershoot) {
    Mouth before = index == 0 ? MouthShape.REST.mouth() : shapes.get(index - 1).mouth();
    Mouth after =
        index + 1 == shapes.size() ? MouthShape.REST.mouth() : shapes.get(index + 1).mouth();
    return shapes.get(index).mouth().towards(before.towards(after, 0.5), undershoot);
  }

  private void add(double time, Mouth mouth) {
    times.add(time);
    mouths.add(mouth);
  }

  /** The posture at a time; movement between two postures starts and ends smoothly. */
  private Mouth at(double time) {
    int next = 0;
    while (next < times.size() && times.get(next) <= time) {
      next++;
    }
    if (next == 0 || next == times.size()) {
      return MouthShape.REST.mouth();
    }
    double from = times.get(next - 1);
    double share = (time - from) / (times.get(next) - from);
    return mouths.get(next - 1).towards(mouths.get(next), share * share * (3 - 2 * share));
  }
}
