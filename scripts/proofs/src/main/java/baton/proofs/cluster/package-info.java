/**
 * The proof that coordinators lose nothing, several on one database or one alone: real processes
 * under load, killed, frozen, restarted and cut off from one another, while {@code
 * baton.proofs.history} records and judges what the clients saw.
 */
package baton.proofs.cluster;
