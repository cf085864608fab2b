package baton.worker.segment;

import baton.protocol.Trouble;

/** A failure with its kind, one sentence and a remedy, ready to be reported to the coordinator. */
public final class TroubleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Trouble trouble;

  public TroubleException(Trouble trouble) {
    super(trouble.message());
    this.trouble = trouble;
  }

  public TroubleException(Trouble trouble, Throwable cause) {
    super(trouble.message(), cause);
    this.trouble = trouble;
  }

  public Trouble trouble() {
    return trouble;
  }
}
