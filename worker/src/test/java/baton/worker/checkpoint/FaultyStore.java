package baton.worker.checkpoint;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import baton.storage.HashedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** A store that keeps a list of its calls, fails at one of them, and spoils what is got. */
final class FaultyStore implements CheckpointStore {
  private final CheckpointStore inner;
  final List<String> calls = new CopyOnWriteArrayList<>();
  private int failAt = Integer.MAX_VALUE;
  private String failing = "";
  private int failingFrom;
  private StoreException.Kind failure;
  private String spoiled = "";
  private int spoils;
  private String spoiledAfterwards = "";
  private Consumer<HashedFile> beforePut = file -> {};
  private long room = Long.MAX_VALUE;

  FaultyStore(CheckpointStore inner) {
    this.inner = inner;
  }

  /** The call of this number, counted from zero, fails; and each one after it. */
  void failAt(int call, StoreException.Kind kind) {
    failAt = call;
    failure = kind;
  }

  /** The nth call of this name fails; and each one after it. */
  void failAt(String call, int nth, StoreException.Kind kind) {
    failing = call;
    failingFrom = nth;
    failure = kind;
  }

  /** The next so many copies of the file {@code name} have a wrong bit. */
  void spoil(String name, int copies) {
    spoiled = name;
    spoils = copies;
  }

  /** The disk changes the last byte of the file {@code name} after it was got. */
  void spoilAfterwards(String name) {
    spoiledAfterwards = name;
  }

  /** Called before each file is put. */
  void beforePut(Consumer<HashedFile> then) {
    beforePut = then;
  }

  /** So many bytes find room, and no more. */
  void hasRoomFor(long bytes) {
    room = bytes;
  }

  @Override
  public void requireRoom(long bytes) throws StoreException {
    if (bytes > room) {
      throw new StoreException(StoreException.Kind.FULL, "No room for " + bytes + " bytes.");
    }
  }

  private synchronized void called(String call) throws StoreException {
    calls.add(call);
    boolean named = call.equals(failing) && Collections.frequency(calls, call) >= failingFrom;
    if (calls.size() > failAt || named) {
      throw new StoreException(failure, "Injected at " + call + ".");
    }
  }

  @Override
  public StoreId id() {
    return inner.id();
  }

  @Override
  public void createFolder(String path) throws StoreException {
    called("createFolder");
    inner.createFolder(path);
  }

  @Override
  public FileEntry put(String folder, HashedFile file, LongConsumer moved)
      throws StoreException, IOException {
    called("put " + file.name());
    beforePut.accept(file);
    return inner.put(folder, file, moved);
  }

  @Override
  public List<Entry> list(String folder) throws StoreException {
    return inner.list(folder);
  }

  @Override
  public Optional<String> find(String path) throws StoreException {
    return inner.find(path);
  }

  @Override
  public Optional<Stat> stat(String storeId) throws StoreException {
    return inner.stat(storeId);
  }

  @Override
  public byte[] read(String storeId, int most) throws StoreException {
    return inner.read(storeId, most);
  }

  @Override
  public Sha256 digest(String storeId) throws StoreException {
    return inner.digest(storeId);
  }

  @Override
  public void delete(String above, Collection<String> storeIds, Predicate<String> mayGo)
      throws StoreException {
    inner.delete(above, storeIds, mayGo);
  }

  @Override
  public OptionalLong room() {
    return OptionalLong.of(room);
  }

  @Override
  public Instant now() throws StoreException {
    return inner.now();
  }

  @Override
  public Sha256 get(String storeId, Path target, LongConsumer moved)
      throws StoreException, IOException {
    called("get " + storeId.substring(storeId.lastIndexOf('/') + 1));
    Sha256 sha256 = inner.get(storeId, target, moved);
    if (storeId.endsWith("/" + spoiled) && spoilsOneMore()) {
      byte[] bytes = Files.readAllBytes(target);
      bytes[bytes.length / 2] ^= 1;
      Files.write(target, bytes);
      return Sha256.of(bytes);
    }
    if (storeId.endsWith("/" + spoiledAfterwards)) {
      byte[] bytes = Files.readAllBytes(target);
      bytes[bytes.length - 1] ^= 1;
      Files.write(target, bytes);
    }
    return sha256;
  }

  private synchronized boolean spoilsOneMore() {
    return spoils-- > 0;
  }

  @Override
  public String locate(String folder, String name) throws StoreException {
    called("locate " + name);
    return inner.locate(folder, name);
  }
}
