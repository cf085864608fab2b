package baton.protocol.message;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * An error in the format of RFC 9457 ({@code application/problem+json}).
 *
 * @param type stable, for programs: {@code urn:baton:stale-fence}
 * @param title what happened, the same for each error of the type
 * @param detail what happened here, and what to do
 * @param field the part of the request that is wrong, if it is one part
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String type, String title, int status, String detail, String field) {}
