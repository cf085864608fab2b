/** What a person sees of a worker: a line for each event, and a progress bar on a terminal. */
package baton.worker.terminal;
