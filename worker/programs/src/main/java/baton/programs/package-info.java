/**
 * The programs that come along with Baton, and one for benchmarks. They know of the worker what a
 * user's own program knows: {@link baton.worker.train} and the ports of {@link
 * baton.worker.segment}.
 */
package baton.programs;
