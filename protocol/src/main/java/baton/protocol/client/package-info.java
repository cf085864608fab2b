/**
 * The coordinator's HTTP API as method calls, on the JDK's own client. It converts bodies to the
 * values of {@link baton.protocol}; what is only shown to people stays a view of {@link
 * baton.protocol.message}.
 *
 * <p>A call is one request. The caller decides whether and when to retry; every request may be sent
 * twice (R8).
 */
package baton.protocol.client;
