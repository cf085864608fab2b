package baton.protocol.message;

/**
 * The body of {@code POST /v1/jobs/{job}/resume}, which may be left out.
 *
 * @param acceptChange whether, once, a script, arguments or files other than those that made the
 *     head may go on from it; absent means no
 */
public record ResumeRequest(Boolean acceptChange) {}
