/**
 * The whole relay in one thread from one seed: the real cores of coordinator and worker, on a
 * virtual clock, over a network, a database and a store that fail on purpose. {@link
 * baton.simulation.Referee} watches every rule; the same seed replays the same failure.
 */
package baton.simulation;
