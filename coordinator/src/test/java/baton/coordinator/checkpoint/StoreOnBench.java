package baton.coordinator.checkpoint;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.Bench;
import baton.storage.drive.DriveStore;
import baton.storage.drive.fake.StoredFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A store on the fake Drive that tests fill as a worker does, and break as a person may. */
final class StoreOnBench implements AutoCloseable {
  final Bench bench;
  private final DriveStore keeper;
  private DriveStore worker;
  private final Path local;
  private final Map<String, String> ids = new HashMap<>();
  private final Set<String> folders = new HashSet<>();

  StoreOnBench(Path folder) throws Exception {
    this.local = Files.createDirectories(folder.resolve("local"));
    this.bench = new Bench(Files.createDirectories(folder.resolve("drive")), 1);
    this.worker = bench.open();
    this.keeper = bench.open();
  }

  DriveStore keeper() {
    return keeper;
  }

  /** Writes a file; over another of this path as only a fault of Drive's could. */
  String put(String path, String content) throws Exception {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    if (ids.containsKey(path)) {
      bench.drive().files().rot(ids.get(path), bytes, Sha256.of(bytes).hex());
      return ids.get(path);
    }
    int slash = path.lastIndexOf('/');
    String folder = slash < 0 ? "" : path.substring(0, slash);
    if (slash > 0 && folders.add(folder)) {
      createFolder(folder);
    }
    Path file = Files.write(local.resolve(path.substring(slash + 1)), bytes);
    String id = worker.put(folder, file, moved -> {}).storeId();
    ids.put(path, id);
    return id;
  }

  private void createFolder(String folder) throws StoreException {
    try {
      worker.createFolder(folder);
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.EXISTS) {
        throw e;
      }
    }
  }

  String idOf(String path) {
    return ids.get(path);
  }

  /** The id of the folder that a file lies in. */
  String folderOf(String path) {
    return bench.drive().files().byId(ids.get(path)).map(StoredFile::parent).orElseThrow();
  }

  /** As a person does; the session that wrote it would not write it again. */
  void remove(String path) throws Exception {
    bench.drive().files().delete(ids.remove(path));
    worker = bench.open();
  }

  boolean has(String path) {
    return ids.containsKey(path) && bench.drive().files().byId(ids.get(path)).isPresent();
  }

  @Override
  public void close() throws IOException {
    bench.close();
  }
}
