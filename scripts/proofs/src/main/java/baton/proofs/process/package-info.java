/**
 * Processes other than Baton's own that proofs start and kill: PostgreSQL, and a Drive that fails.
 */
package baton.proofs.process;
