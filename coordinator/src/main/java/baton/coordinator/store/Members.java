package baton.coordinator.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Where the members of a cluster speak with one another, this coordinator's own address first.
 *
 * <p>More than half of them decide: so of two halves that do not see each other, at most one does.
 */
public record Members(List<Address> all) {
  /** A host, and the port for the other members. */
  public record Address(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  public Members {
    all = List.copyOf(all);
    if (all.isEmpty() || new HashSet<>(all).size() != all.size()) {
      throw new IllegalArgumentException("Each member of a cluster is named once.");
    }
  }

  /**
   * @param text {@code host:port,…}
   * @throws IllegalArgumentException in a sentence
   */
  public static Members parse(String text) {
    List<Address> all = new ArrayList<>();
    for (String one : text.split(",")) {
      int colon = one.lastIndexOf(':');
      if (colon < 1 || !one.substring(colon + 1).strip().matches("[1-9][0-9]{0,4}")) {
        throw new IllegalArgumentException(
            "A cluster is named by its members, this one first, like 10.0.0.1:5701,10.0.0.2:5701,10.0.0.3:5701, not \"%s\"."
                .formatted(text));
      }
      all.add(
          new Address(
              one.substring(0, colon).strip(), Integer.parseInt(one.substring(colon + 1).strip())));
    }
    return new Members(all);
  }

  public Address own() {
    return all.get(0);
  }

  /** How many must see one another for any of them to decide. */
  public int majority() {
    return all.size() / 2 + 1;
  }
}
