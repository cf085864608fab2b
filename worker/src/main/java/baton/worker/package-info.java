/**
 * The shell of a worker. One control thread gives events to the {@link
 * baton.worker.segment.Session} and has its actions carried out. The training thread runs the
 * program, one thread transfers checkpoints, and each request has a thread of its own, so that none
 * waits for another.
 */
package baton.worker;
