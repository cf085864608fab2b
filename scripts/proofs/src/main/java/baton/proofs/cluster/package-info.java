/**
 * The proof that several coordinators on one database lose nothing: real processes under load,
 * killed, frozen, restarted and cut off from one another, while {@code baton.proofs.history}
 * records what the clients saw.
 */
package baton.proofs.cluster;
