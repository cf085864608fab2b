package baton.protocol.message;

import baton.protocol.JobId;
import java.time.Instant;

/**
 * Something that happened to a job, for people who watch.
 *
 * @param number of all events; it only grows, and is the id of the server-sent event
 * @param name of the job
 */
public record EventView(
    long number, JobId job, String name, String kind, String text, Instant at) {}
