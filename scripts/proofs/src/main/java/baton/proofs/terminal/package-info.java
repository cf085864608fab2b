/** What trials show of their progress on a terminal, and in lines where there is none. */
package baton.proofs.terminal;
