package baton.protocol.checkpoint;

import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The file beside a job's checkpoints that says what was submitted, so that the job can be
 * recovered from the store alone. It is written once, before the first manifest, and holds no
 * secret.
 *
 * @param format the version of this format; a reader refuses a newer one
 */
public record JobFile(int format, JobId job, JobSpec spec) {
  public static final int FORMAT = 1;
  public static final String FILE_NAME = "job.json";

  /** The longest job file, in characters. */
  public static final int LONGEST = 4 << 20;

  public JobFile {
    if (job == null || spec == null || spec.policy() == null) {
      throw new IllegalArgumentException("a job file has a job, and a spec with a policy");
    }
  }

  public static JobFile of(JobId job, JobSpec spec) {
    return new JobFile(FORMAT, job, spec);
  }

  /** Parses a job file; an {@link IllegalArgumentException} says why the text is not one. */
  public static JobFile read(String text) {
    try {
      JsonNode tree = Json.readerFor(JsonNode.class).readTree(text);
      if (tree.path("format").asInt(0) > FORMAT) {
        throw new NewerFormatException(FILE_NAME, tree.path("format").toString(), FORMAT);
      }
      JobFile file = Json.readerFor(JobFile.class).readValue(tree);
      if (file == null) {
        throw new IllegalArgumentException(FILE_NAME + " is empty");
      }
      return file;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(FILE_NAME + " cannot be read: " + Json.explain(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory can always be read", e);
    }
  }

  public String write() {
    try {
      return Json.writer().writeValueAsString(this) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a submission is always JSON", e);
    }
  }
}
