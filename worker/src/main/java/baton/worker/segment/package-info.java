/**
 * The core of a worker: what a session does with its lease, as a pure state machine, and the ports
 * through which it trains and saves. It depends only on the JDK and the protocol's values; time,
 * randomness and ids are arguments.
 */
package baton.worker.segment;
