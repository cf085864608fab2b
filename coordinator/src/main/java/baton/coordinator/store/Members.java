package baton.coordinator.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses at which the members of a cluster connect to each other, this coordinator's own
 * first.
 *
 * <p>Only a majority decides: if the cluster is partitioned, at most one part does.
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
   * @throws IllegalArgumentException if it is not; the message is a sentence
   */
  public static Members parse(String text) {
    List<Address> all = new ArrayList<>();
    for (String one : text.split(",")) {
      all.add(address(one));
    }
    return new Members(all);
  }

  /**
   * @param text {@code host:port}
   * @throws IllegalArgumentException if it is not; the message is a sentence
   */
  public static Address address(String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1).strip();
    if (colon < 1 || !port.matches("[1-9][0-9]{0,4}")) {
      throw new IllegalArgumentException(
          "The members of a cluster are named like 10.0.0.1:5701,10.0.0.2:5701,10.0.0.3:5701, not \"%s\"."
              .formatted(text));
    }
    return new Address(text.substring(0, colon).strip(), Integer.parseInt(port));
  }

  /** The same members, as this one of them sees them. */
  public Members asSeenBy(Address own) {
    if (!all.contains(own)) {
      throw new IllegalArgumentException(
          "This member, %s, is not one of the cluster's: name it with --cluster as well."
              .formatted(own));
    }
    List<Address> others = all.stream().filter(member -> !member.equals(own)).toList();
    return new Members(Stream.concat(Stream.of(own), others.stream()).toList());
  }

  public Address own() {
    return all.get(0);
  }

  /** How many must see one another for any of them to decide. */
  public int majority() {
    return all.size() / 2 + 1;
  }
}
