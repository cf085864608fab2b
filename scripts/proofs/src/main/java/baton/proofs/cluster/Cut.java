package baton.proofs.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Network links that are cut together, and a description for people. */
record Cut(String what, List<Way> ways) {
  static final String CLIENTS = "clients";
  static final String DATABASE = "database";

  /** One direction. */
  record Way(String from, String to) {}

  /** Draws a cut that harms {@code member}. */
  static Cut draw(String member, List<String> members, SplittableRandom random) {
    List<String> others = members.stream().filter(other -> !other.equals(member)).toList();
    List<String> all = new ArrayList<>(others);
    all.addAll(List.of(CLIENTS, DATABASE));
    return switch (random.nextInt(6)) {
      case 0 -> both(member, "everything", all);
      case 1 -> both(member, "the other members", others);
      case 2 -> both(member, "the database", List.of(DATABASE));
      case 3 -> oneWay(member, others, true);
      case 4 -> oneWay(member, others, false);
      default -> oneWay(member, List.of(DATABASE), random.nextBoolean());
    };
  }

  private static Cut both(String member, String whom, List<String> others) {
    List<Way> ways = new ArrayList<>(oneWay(member, others, true).ways());
    ways.addAll(oneWay(member, others, false).ways());
    return new Cut("%s from %s".formatted(member, whom), ways);
  }

  private static Cut oneWay(String member, List<String> others, boolean outwards) {
    List<Way> ways =
        others.stream()
            .map(other -> outwards ? new Way(member, other) : new Way(other, member))
            .toList();
    String whom = String.join(", ", others);
    return new Cut(outwards ? member + " -> " + whom : whom + " -> " + member, ways);
  }

  void apply(ClusterNetwork network) {
    ways.forEach(way -> network.cut(way.from(), way.to()));
  }
}
