package baton.worker;

import baton.worker.data.DataCache;
import baton.worker.data.DataSources;
import baton.worker.data.Sources;
import baton.worker.data.WebSource;
import java.nio.file.Path;
import java.time.InstantSource;

/** Caches of data for sessions of tests. */
final class Caches {
  private static final long MOST = 10_000_000;
  private static final DataSources NO_DRIVE =
      (file, target, from, moved) -> {
        throw DataSources.outOfReach(file, "there is no Drive in this test");
      };

  private Caches() {}

  /** A small one, that knows directories and the web. */
  static DataCache in(Path folder) {
    return new DataCache(
        folder, MOST, new Sources(new WebSource(pause -> {}), NO_DRIVE), InstantSource.system());
  }
}
