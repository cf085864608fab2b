/**
 * Jobs trained by real workers, in one go or as a relay of workers killed with SIGKILL at chosen
 * positions: what {@code exact} and {@code drill} compare.
 */
package baton.cli.relay;
