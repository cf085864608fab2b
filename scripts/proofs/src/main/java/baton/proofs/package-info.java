/**
 * Proofs and measurements with real processes, for developers. This module knows all others, none
 * knows it, and it alone may start what lies in test jars.
 */
package baton.proofs;
