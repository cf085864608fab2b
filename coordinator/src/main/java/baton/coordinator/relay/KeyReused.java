package baton.coordinator.relay;

/** An idempotency key was reused for another job; the first one stays. */
public final class KeyReused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KeyReused(String name) {
    super(
        "This Idempotency-Key made the job %s, which is another than this one. Draw a new key for a"
                .formatted(name)
            + " new job.");
  }
}
