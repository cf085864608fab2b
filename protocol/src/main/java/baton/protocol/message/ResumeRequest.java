package baton.protocol.message;

/**
 * The body of {@code POST /v1/jobs/{job}/resume}, which may be left out.
 *
 * @param acceptChange whether another script, other arguments or other files may go on from the
 *     head than made it, once; absent: no
 */
public record ResumeRequest(Boolean acceptChange) {}
