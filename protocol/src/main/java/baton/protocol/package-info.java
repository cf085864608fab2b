/**
 * Values both sides agree on. Each is immutable, refuses what cannot be, and is one word of the
 * design: a {@link baton.protocol.Position}, a {@link baton.protocol.Fence}, a {@link
 * baton.protocol.Checkpoint}.
 */
package baton.protocol;
