package baton.simulation;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Carries requests and replies between workers and coordinators; loses and duplicates some. The
 * second copy of a request may go to another coordinator.
 */
final class SimulatedNetwork {
  private final Agenda agenda;
  private final Chance chance;
  private final FaultProfile weather;
  private final SimulatedCluster cluster;
  private final BooleanSupplier calm;

  SimulatedNetwork(
      Agenda agenda,
      Chance chance,
      FaultProfile weather,
      SimulatedCluster cluster,
      BooleanSupplier calm) {
    this.agenda = agenda;
    this.chance = chance;
    this.weather = weather;
    this.cluster = cluster;
    this.calm = calm;
  }

  /**
   * Sends a request; exactly one of {@code answer} and {@code failure} follows.
   *
   * @param to the number of the coordinator that the sender talks to
   * @param connected whether the sender's own network is up
   * @param patience how long until the sender gives up
   */
  <T> void call(
      int to,
      BooleanSupplier connected,
      Duration patience,
      Function<CoordinatorProcess, CompletionStage<T>> handler,
      Consumer<T> answer,
      Consumer<Throwable> failure) {
    boolean[] done = {false};
    agenda.after(
        patience,
        () -> {
          if (!done[0]) {
            done[0] = true;
            failure.accept(new TimeoutException());
          }
        });
    int copies = !calm.getAsBoolean() && chance.happens(weather.doubled()) ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      boolean lost = loses();
      CoordinatorProcess receiver = cluster.member(copy == 0 ? to : chance.between(0, 2));
      agenda.after(
          chance.millis(5, copy == 0 ? 200 : 3_000),
          () -> {
            if (!lost && connected.getAsBoolean() && receiver.isUp()) {
              receiver.later(
                  Duration.ZERO, () -> arrive(receiver, connected, handler, answer, failure, done));
            }
          });
    }
  }

  private <T> void arrive(
      CoordinatorProcess receiver,
      BooleanSupplier connected,
      Function<CoordinatorProcess, CompletionStage<T>> handler,
      Consumer<T> answer,
      Consumer<Throwable> failure,
      boolean[] done) {
    int life = receiver.life();
    handler
        .apply(receiver)
        .whenComplete(
            (value, error) -> {
              boolean lost = loses();
              agenda.after(
                  chance.millis(5, 200),
                  () -> {
                    boolean arrives = !lost && connected.getAsBoolean() && receiver.lives(life);
                    if (arrives && !done[0]) {
                      done[0] = true;
                      if (error == null) {
                        answer.accept(value);
                      } else {
                        failure.accept(find(error));
                      }
                    }
                  });
            });
  }

  private boolean loses() {
    return !calm.getAsBoolean() && chance.happens(weather.lost());
  }

  private static Throwable find(Throwable error) {
    return error.getCause() == null ? error : find(error.getCause());
  }
}
