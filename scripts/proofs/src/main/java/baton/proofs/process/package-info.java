/** What proofs start and kill besides Baton's own processes: PostgreSQL, a Drive that fails. */
package baton.proofs.process;
