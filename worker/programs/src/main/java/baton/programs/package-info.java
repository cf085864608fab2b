/**
 * The programs that come with Baton, and one for benchmarks. They use the same parts of the worker
 * as a user's own program: {@link baton.worker.train} and the ports of {@link
 * baton.worker.segment}.
 */
package baton.programs;
