/**
 * The JSON bodies of {@code /v1}, as {@code openapi.yaml} describes them. Only the coordinator's
 * {@code http} package and {@link baton.protocol.client} use them; everything else uses the values
 * of {@link baton.protocol}.
 */
package baton.protocol.message;
