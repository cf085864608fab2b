package baton.coordinator.store;

/**
 * What all coordinators on one database must have in common.
 *
 * @param tables the last step that brought the tables to where they are
 * @param shared what members say to one another; see {@link HazelcastSettings#FORM}
 */
record SchemaVersion(String tables, int shared) {
  @Override
  public String toString() {
    return tables + "." + shared;
  }
}
