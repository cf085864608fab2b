/** The port to a store of checkpoints; each technology has a package of its own below. */
package baton.storage;
