/** Helpers that the tests of several modules and the proofs share. */
package baton.testing;
