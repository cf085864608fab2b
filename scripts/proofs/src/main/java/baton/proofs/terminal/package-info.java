/** Shows the progress of trials on a terminal, or as lines where there is none. */
package baton.proofs.terminal;
