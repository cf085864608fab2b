package baton.coordinator.store;

/**
 * The versions that all coordinators on one database must have in common.
 *
 * @param tables the last migration of the tables
 * @param shared of the data that members share; see {@link HazelcastSettings#FORM}
 */
record SchemaVersion(String tables, int shared) {
  @Override
  public String toString() {
    return tables + "." + shared;
  }
}
