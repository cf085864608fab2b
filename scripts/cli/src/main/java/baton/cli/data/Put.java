package baton.cli.data;

import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Uploads a folder to a target: each shard is packed, hashed, and uploaded unless the target has
 * it. A second run after a kill packs everything again, which is quick, and uploads only what is
 * missing.
 */
public final class Put {
  /** The first version: tar archives, their files in the order of their paths. */
  private static final int ORDER = 1;

  private final List<Shard> shards;
  private final int files;
  private final Path spool;
  private int sent;

  private Put(List<Shard> shards, int files, Path spool) {
    this.shards = shards;
    this.files = files;
    this.spool = spool;
  }

  /**
   * Lists a folder and plans its shards; packs nothing yet.
   *
   * @param most the approximate size of a shard, in bytes
   * @param spool an empty folder, for one shard at a time
   * @throws IllegalArgumentException if the folder cannot be packed; the message is a sentence
   */
  public static Put of(Path root, long most, Path spool) throws IOException {
    Folder folder = Folder.of(root);
    List<Shard> shards = Shard.of(folder, most);
    if (shards.size() > Data.MOST_FILES) {
      throw new IllegalArgumentException(
          "%s makes %d shards, and data has at most %d: ask for larger ones."
              .formatted(root, shards.size(), Data.MOST_FILES));
    }
    return new Put(shards, folder.items().size(), spool);
  }

  /** The approximate size of all shards, in bytes. */
  public long bytes() {
    return shards.stream().mapToLong(Shard::bytes).sum();
  }

  public int files() {
    return files;
  }

  /** How many shards were uploaded. */
  public int sent() {
    return sent;
  }

  /**
   * Packs the shards and uploads them.
   *
   * @param moved called with the number of bytes uploaded, or already there, since the last call
   */
  public Data to(ArchiveTarget target, String name, LongConsumer moved)
      throws StoreException, IOException {
    List<DataFile> packed = new ArrayList<>();
    for (Shard shard : shards) {
      packed.add(put(shard, target, moved));
    }
    return new Data(name, ORDER, packed);
  }

  private DataFile put(Shard shard, ArchiveTarget target, LongConsumer moved)
      throws StoreException, IOException {
    Path packing = spool.resolve("packing");
    Sha256 sha256 = shard.writeTo(packing);
    long size = Files.size(packing);
    String name = "%05d-%s.tar".formatted(shard.number(), sha256.brief());
    Path archive = Files.move(packing, spool.resolve(name));
    try {
      Optional<DataSource> there = target.find(name, size, sha256);
      if (there.isPresent()) {
        moved.accept(size);
      } else {
        sent++;
      }
      DataSource source = there.isPresent() ? there.get() : target.put(archive, moved);
      return new DataFile(name, size, sha256, source);
    } finally {
      Files.deleteIfExists(archive);
    }
  }
}
