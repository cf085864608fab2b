package baton.coordinator.http;

import java.util.Locale;

/** The role of a token's owner; each token has one. */
public enum Role {
  ADMIN,
  WORKER,
  VIEWER;

  /** Whether a token of this role opens what {@code needed} opens; an admin may look as well. */
  boolean permits(Role needed) {
    return this == needed || (this == ADMIN && needed == VIEWER);
  }

  /** The role as the contract and a token spell it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
