/**
 * The demo: a coordinator and workers as real processes, killed at positions drawn from a seed, and
 * the proof that the relay ends as the unbroken run does.
 */
package baton.proofs.demo;
