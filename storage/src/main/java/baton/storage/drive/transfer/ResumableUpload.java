package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException;
import baton.storage.LocalFailure;
import baton.storage.TransferProgress;
import com.google.api.services.drive.model.File;
import java.io.IOException;
import java.util.Optional;

/**
 * The upload of one file.
 *
 * <ol>
 *   <li>Begin a session for an id that Drive generated before: if the answer to the whole upload is
 *       lost, the next session for this id is refused, and the file with this id is examined.
 *   <li>Send chunk after chunk, each from the position that Drive reports.
 *   <li>After a failure that may pass: pause, ask Drive for its position, continue from there.
 *   <li>After several failures in a row, after one that does not pass, or when the session crawls:
 *       begin a new session.
 *   <li>Give up after too many failures in a row without a byte beyond the furthest position so
 *       far.
 * </ol>
 *
 * <p>No part of the file is visible before all of it is there.
 */
public final class ResumableUpload {
  private static final int MOST_CRAWLS = 2;

  private final DriveSetup setup;
  private final UsualRate usual;
  private final LocalFile local;
  private final File metadata;
  private final TransferProgress progress;
  private final DriveAttempts attempts;
  private long furthest;
  private int crawls;

  /**
   * @param metadata includes the file's future id
   */
  public ResumableUpload(
      DriveSetup setup,
      UsualRate usual,
      LocalFile local,
      File metadata,
      TransferProgress progress) {
    this.setup = setup;
    this.usual = usual;
    this.local = local;
    this.metadata = metadata;
    this.progress = progress;
    this.attempts = setup.attempts(doing(), local.size());
  }

  private String doing() {
    return "upload " + metadata.getName();
  }

  /** Uploads, and returns the metadata that Drive reports; the caller must verify it. */
  public File run() throws StoreException, IOException {
    try {
      while (true) {
        Optional<File> file = new Run().toItsEnd();
        if (file.isPresent()) {
          return file.get();
        }
      }
    } catch (LocalFailure e) {
      throw e.error();
    }
  }

  private File alreadyThere() throws StoreException {
    return setup.call(
        doing(),
        () ->
            setup
                .connection()
                .drive()
                .files()
                .get(metadata.getId())
                .setSupportsAllDrives(true)
                .setFields(UploadSession.FIELDS)
                .execute());
  }

  /** One upload session, from its start until the file is complete or the session is lost. */
  private final class Run {
    private final SessionPace pace = new SessionPace(setup, usual, crawls >= MOST_CRAWLS);
    private UploadSession session;
    private boolean positionKnown = true;
    private long stored;
    private int failures;

    /** Returns the file; empty: the session is lost, and a new one may succeed. */
    Optional<File> toItsEnd() throws StoreException {
      try {
        session = UploadSession.start(setup.connection(), metadata, local.size());
      } catch (DriveFailure e) {
        if (e.verdict() == DriveErrorKind.TAKEN) {
          return Optional.of(alreadyThere());
        }
        attempts.failed(e);
        return Optional.empty();
      }
      while (true) {
        attempts.requireTime();
        try {
          Optional<File> file = step();
          if (file.isPresent()) {
            pace.done();
            return file;
          }
        } catch (DriveFailure e) {
          if (isLost(e)) {
            return Optional.empty();
          }
        }
      }
    }

    /** Makes one request; returns the file if it was the last. */
    private Optional<File> step() throws DriveFailure {
      boolean asks = !positionKnown || stored == local.size() && stored > 0;
      UploadSession.State state = asks ? session.status() : sendChunk();
      if (state.file().isPresent()) {
        progress.reached(local.size());
        return state.file();
      }
      if (pace.crawls()) {
        throw new DriveFailure(DriveErrorKind.PASSES, "slow session");
      }
      boolean gained = state.stored() > stored;
      stored = state.stored();
      positionKnown = true;
      if (gained) {
        failures = 0;
      }
      if (stored > furthest) {
        furthest = stored;
        attempts.progressed();
      }
      boolean mayStandStill = asks && (stored < local.size() || local.size() == 0);
      if (!gained && !mayStandStill) {
        throw new DriveFailure(DriveErrorKind.PASSES, "no progress");
      }
      return Optional.empty();
    }

    private UploadSession.State sendChunk() throws DriveFailure {
      long to = Math.min(local.size(), stored + setup.policy().chunk());
      ChunkContent chunk =
          new ChunkContent(
              local.channel(),
              stored,
              to,
              (position, count) -> {
                pace.moved(count);
                progress.reached(position);
              });
      return session.send(chunk, stored, to);
    }

    /** Pauses after a failure; returns whether this session is lost. */
    private boolean isLost(DriveFailure failure) throws StoreException {
      positionKnown = false;
      if (pace.crawls()) {
        crawls++;
        return true;
      }
      failures++;
      switch (failure.verdict()) {
        case PASSES -> {
          attempts.failed(failure);
          return failures >= setup.policy().failuresOfSession();
        }
        case GONE, TAKEN, REFUSED, OUT_OF_RANGE -> {
          attempts.again(failure);
          return true;
        }
        default -> throw failure.told(doing());
      }
    }
  }
}
