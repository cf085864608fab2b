/**
 * The core of a worker: what a session does with its lease, as a pure state machine, and the ports
 * through which it trains and saves. Knows the JDK and protocol values only; time, randomness and
 * ids arrive as arguments.
 */
package baton.worker.segment;
