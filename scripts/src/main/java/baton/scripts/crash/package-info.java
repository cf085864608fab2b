/**
 * The coordinator killed under load, over and over, and an outsider who looks afterwards whether
 * what was acknowledged is there (R2, R4, R8).
 *
 * <ol>
 *   <li>{@link baton.scripts.crash.LoadWorker}s and a {@link baton.scripts.crash.LoadOperator} send
 *       requests, each again until it is answered, and note every acknowledgement in the {@link
 *       baton.scripts.crash.Ledger}.
 *   <li>{@link baton.scripts.crash.Trial} kills the coordinator and starts it again.
 *   <li>{@link baton.scripts.crash.Audit} reads the history over HTTP and holds it against the
 *       ledger, and sends acknowledged requests again ({@link baton.scripts.crash.Repeats}).
 * </ol>
 */
package baton.scripts.crash;
