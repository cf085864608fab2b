package baton.protocol.message;

import baton.protocol.JobId;
import java.time.Instant;

/**
 * Something that happened to a job, for people who watch.
 *
 * @param number counts all events of the coordinator; it is the id of the server-sent event
 * @param name the job's name
 */
public record EventView(
    long number, JobId job, String name, String kind, String text, Instant at) {}
