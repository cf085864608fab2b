/**
 * The values that coordinator and worker exchange. Each is immutable and rejects invalid arguments,
 * for example a {@link baton.protocol.Position}, a {@link baton.protocol.Fence} or a {@link
 * baton.protocol.Checkpoint}.
 */
package baton.protocol;
