package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Checkpoints whose files somebody has changed. */
public final class Tampered {
  private Tampered() {}

  public static void change(Path file, Consumer<SortedMap<String, Tensor>> change)
      throws Exception {
    SortedMap<String, Tensor> tensors = new TreeMap<>(Safetensors.open(file));
    change.accept(tensors);
    Path changed = file.resolveSibling("changed");
    Safetensors.write(changed, tensors, Map.of());
    Files.delete(file);
    Files.move(changed, file);
  }

  /** Some tensors of a file, one at least, hold nothing but zeros. */
  public static void zero(Path file, Predicate<String> which) throws Exception {
    assertThat(Safetensors.open(file).keySet()).anyMatch(which);
    Sabotage.zero(file, which);
  }

  /** Replaces what {@code pattern} finds in {@code state.json}, which must be something. */
  public static void rewriteState(Path saved, String pattern, String with) throws Exception {
    Path file = saved.resolve(RunState.FILE);
    String before = Files.readString(file);
    String after = before.replaceAll(pattern, with);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
  }
}
