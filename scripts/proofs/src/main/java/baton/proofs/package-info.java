/**
 * Proofs and measurements with real processes, for developers. This module depends on all others
 * and none depends on it; only it may start classes in test jars.
 */
package baton.proofs;
