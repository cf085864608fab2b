/**
 * The proof that travels with a job: its chain of checkpoints, read anew from the store, file by
 * file, with or without a coordinator.
 */
package baton.cli.verify;
