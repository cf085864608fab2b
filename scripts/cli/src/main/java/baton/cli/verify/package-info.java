/**
 * Verifies a job's chain of checkpoints: it reads the store again, file by file, with or without a
 * coordinator.
 */
package baton.cli.verify;
