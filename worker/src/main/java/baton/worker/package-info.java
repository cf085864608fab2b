/**
 * The shell of a worker: one control thread tells the {@link baton.worker.segment.Session} what
 * happened and has done what it wants; the training thread runs the program, one thread moves
 * checkpoints, and each request has a thread of its own, so that none waits for another.
 */
package baton.worker;
