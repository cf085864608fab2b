package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.message.HazardBody;
import baton.protocol.message.RenewRequest;
import baton.protocol.message.SavingBody;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A wither copies many components by their place: each changes its own, and no other. */
class WithersTest {
  private static final Sha256 DIGEST = Sha256.ofText("a");

  @Test
  void theWithersOfAJob() throws Exception {
    DataFile file = new DataFile("a.tar", 1, DIGEST, new DataSource.DriveFile("1a"));
    JobSpec other =
        new JobSpec(
            "other",
            "toy",
            Map.of("a", 1),
            4,
            5,
            6,
            Optional.of(new StoreId("store")),
            otherPolicy(),
            Optional.of(new Data("numbers", 1, List.of(file))));

    assertThat(changed(JobSpec.of("one", "digits", 3), other))
        .containsExactlyInAnyOrder(
            "name", "parameters", "seed", "priority", "store", "policy", "data");
  }

  @Test
  void theWithersOfAPolicy() throws Exception {
    assertThat(changed(Policy.DEFAULT, otherPolicy()))
        .contains("lostInARow", "stallsInARow", "sessionsToFail", "ttl", "barFor");
  }

  @Test
  void theWithersOfARenewal() throws Exception {
    RenewRequest plain = RenewRequest.of(Phase.TRAIN, Position.START, 1);
    RenewRequest full =
        new RenewRequest(
            Phase.SAVE,
            Position.ofEpochs(1),
            2,
            0.5,
            new SavingBody(1, null, null, new HazardBody(1, 2, 3)),
            DIGEST,
            true);

    assertThat(changed(plain, full)).containsExactlyInAnyOrder("loss", "saving");
    assertThat(plain.withLoss(0.5).withSaving(full.saving()).borrowing(DIGEST, true))
        .isEqualTo(
            new RenewRequest(Phase.TRAIN, Position.START, 1, 0.5, full.saving(), DIGEST, true));
  }

  private static Policy otherPolicy() {
    Map<Phase, PhaseLimit> limits = new EnumMap<>(Policy.DEFAULT.limits());
    limits.put(Phase.TRAIN, PhaseLimit.ofMinutes(1, 2));
    return new Policy(
        Duration.ofSeconds(9),
        21,
        Cadence.EVERY_EPOCH,
        22,
        23,
        24,
        25,
        Duration.ofMinutes(26),
        limits,
        Policy.DEFAULT.retention());
  }

  /** The components that have a wither; each was called with what {@code other} has. */
  private static <R extends Record> List<String> changed(R one, R other) throws Exception {
    List<String> names = new ArrayList<>();
    for (Method wither : one.getClass().getMethods()) {
      if (wither.getName().startsWith("with") && wither.getReturnType() == one.getClass()) {
        String name = wither.getName().substring("with".length());
        name = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
        names.add(name);
        Object value = one.getClass().getMethod(name).invoke(other);
        boolean unpacked =
            value instanceof Optional && wither.getParameterTypes()[0] != Optional.class;
        Object made = wither.invoke(one, unpacked ? ((Optional<?>) value).orElseThrow() : value);
        for (RecordComponent component : one.getClass().getRecordComponents()) {
          Record from = component.getName().equals(name) ? other : one;
          assertThat(component.getAccessor().invoke(made))
              .as("%s after %s", component.getName(), wither.getName())
              .isEqualTo(component.getAccessor().invoke(from));
        }
      }
    }
    return names;
  }
}
