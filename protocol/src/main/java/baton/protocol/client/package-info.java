/**
 * The coordinator's HTTP interface as method calls, on the JDK's own client. Bodies are turned into
 * values here; what a person looks at comes as the views of {@link baton.protocol.message}.
 *
 * <p>A call is one request. Whether to try again, and when, is the caller's to decide; every
 * request may be sent twice (R8).
 */
package baton.protocol.client;
