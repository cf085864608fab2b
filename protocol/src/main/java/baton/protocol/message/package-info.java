/**
 * The JSON bodies of {@code /v1}, as {@code openapi.yaml} describes them. Known to the
 * coordinator's {@code http} package and to {@link baton.protocol.client} alone; all else speaks
 * values.
 */
package baton.protocol.message;
