/**
 * The coordinator killed under load, over and over, and an outsider who looks afterwards whether
 * what was acknowledged is there (R2, R4, R8).
 *
 * <ol>
 *   <li>{@link baton.proofs.crash.LoadWorker}s and a {@link baton.proofs.crash.LoadOperator} send
 *       requests, each again until it is answered, and note every acknowledgement in the {@link
 *       baton.proofs.crash.Ledger}.
 *   <li>{@link baton.proofs.crash.CrashTrial} kills the coordinator and starts it again.
 *   <li>{@link baton.proofs.crash.Audit} reads the history over HTTP and holds it against the
 *       ledger, and sends acknowledged requests again ({@link baton.proofs.crash.Repeats}).
 * </ol>
 */
package baton.proofs.crash;
