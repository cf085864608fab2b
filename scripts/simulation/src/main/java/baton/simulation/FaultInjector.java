package baton.simulation;

import java.time.Duration;

/** Injects the faults of the profile, until it is calm. */
final class FaultInjector {
  private static final Duration LOOK = Duration.ofSeconds(45);
  private static final Duration BACK_UP = Duration.ofSeconds(60);

  private final World world;
  private final Chance chance;

  FaultInjector(World world, Chance chance) {
    this.world = world;
    this.chance = chance;
  }

  void begin() {
    FaultProfile weather = world.weather;
    for (SimulatedProcess worker : world.workers()) {
      repeat(weather.deathEvery(), () -> end(worker));
      repeat(weather.sleepEvery(), () -> worker.sleepFor(chance.seconds(5, 120)));
      repeat(weather.cutEvery(), () -> worker.cutFor(chance.seconds(5, 120)));
      repeat(weather.clockJumps() ? 120 : 0, () -> worker.jumpClock(chance.seconds(-300, 300)));
    }
    repeat(weather.clockJumps() ? 120 : 0, this::jumpClock);
    ClusterFaults cluster = world.scenario.cluster();
    for (CoordinatorProcess member : world.cluster.members()) {
      repeat(weather.restartEvery(), () -> restart(world, chance, member));
      repeat(cluster.cutFromDatabaseEvery(), () -> member.cutFromDatabase(chance.seconds(1, 60)));
      repeat(cluster.cutFromOthersEvery(), () -> world.cluster.cut(member, chance.seconds(1, 60)));
    }
    repeat(weather.restoreEvery(), world::restoreBackup);
    repeat(weather.rotEvery(), world::rot);
    every(LOOK, world::lookAfterJobs);
    if (weather.restoreEvery() > 0) {
      every(BACK_UP, world::backUp);
    }
  }

  private void end(SimulatedProcess worker) {
    if (chance.happens(0.8)) {
      worker.die();
    } else {
      worker.askToShutDown();
    }
  }

  private void jumpClock() {
    world.clock.jump(chance.seconds(-300, 300));
  }

  private static void restart(World world, Chance chance, CoordinatorProcess coordinator) {
    if (coordinator.isUp()) {
      coordinator.kill();
      world.agenda.after(chance.seconds(1, 45), coordinator::startUnlessUp);
    }
  }

  private void repeat(double meanSeconds, Runnable what) {
    if (meanSeconds > 0) {
      world.agenda.after(
          chance.exponential(meanSeconds),
          () -> {
            if (!world.isCalm()) {
              what.run();
              repeat(meanSeconds, what);
            }
          });
    }
  }

  private void every(Duration interval, Runnable what) {
    world.agenda.after(
        interval,
        () -> {
          what.run();
          every(interval, what);
        });
  }
}
