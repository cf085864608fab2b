/**
 * The proof that coordinators lose nothing, whether several share a database or one runs alone:
 * real processes under load are killed, frozen, restarted and cut off from one another, while
 * {@code baton.proofs.history} records and judges what the clients saw.
 */
package baton.proofs.cluster;
