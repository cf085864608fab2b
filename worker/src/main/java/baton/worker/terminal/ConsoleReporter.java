package baton.worker.terminal;

import baton.protocol.Data;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.worker.SessionListener;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Run;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Prints what a session does: one line for each event that matters to a person. */
public final class ConsoleReporter implements SessionListener {
  private final Terminal terminal;
  private final ProgramOutput programs;
  private final boolean reportsBatches;
  private int turn;
  private Grant grant;
  private int batchesPerEpoch;
  private Position committing = Position.START;
  private String lastReason = "";
  private boolean unanswered;
  private boolean working;
  private Optional<EpochBar> bar = Optional.empty();
  private Optional<FetchProgress> fetch = Optional.empty();

  /**
   * @param reportsBatches whether each batch gets a line of its own, for programs that watch
   */
  public ConsoleReporter(Terminal terminal, boolean reportsBatches) {
    this.terminal = terminal;
    this.programs = new ProgramOutput(terminal);
    this.reportsBatches = reportsBatches;
  }

  @Override
  public void happened(Event event, Optional<Duration> leaseLeft) {
    if (event instanceof Event.Progressed e) {
      fetch.filter(f -> e.turn() == turn).ifPresent(f -> f.moved(e.amount()));
    } else if (event instanceof Event.Trained e) {
      if (e.turn() == turn && working) {
        trained(e.step(), leaseLeft);
      }
    } else {
      toldByCoordinator(event);
      toldByMachine(event);
    }
  }

  private void toldByCoordinator(Event event) {
    if (event instanceof Event.Unanswered e) {
      if (!unanswered) {
        say("no answer: %s It is asked again.".formatted(e.why()));
      }
      unanswered = true;
      return;
    }
    if (event instanceof Event.Granted e && e.turn() == turn) {
      granted(e.grant());
    } else if (event instanceof Event.NothingNow e && !e.reason().equals(lastReason)) {
      lastReason = e.reason();
      say("nothing to do now: " + e.reason());
    } else if (event instanceof Event.Renewed e && e.turn() == turn) {
      renewed(e);
    } else if (event instanceof Event.Committed e && e.turn() == turn) {
      committed(e);
    } else if (event instanceof Event.Refused e && e.turn() == turn) {
      say("the coordinator refused: " + e.sentence());
    } else if (!(event instanceof Event.Released || event instanceof Event.NothingNow)) {
      return;
    }
    if (unanswered) {
      say("the coordinator answers again");
    }
    unanswered = false;
  }

  private void toldByMachine(Event event) {
    if (event instanceof Event.ShutdownAsked) {
      say(working ? "told to end: saves, commits, releases" : "told to end; it holds no lease");
    } else if (event instanceof Event.Started e && e.turn() == turn) {
      batchesPerEpoch = e.batchesPerEpoch();
      if (e.snapshotsAtATime() == 1) {
        say("memory is short: no save begins before the last one is stored");
      }
    } else if (event instanceof Event.Fetched e && e.turn() == turn) {
      closeFetch();
      grant.spec().data().ifPresent(data -> say("has the data " + data.name()));
    } else if (event instanceof Event.Restored e && e.turn() == turn) {
      say("restored " + grant.segment().from());
    } else if (event instanceof Event.RestoreFailed e && e.turn() == turn) {
      say("could not restore: " + e.message());
    } else if (event instanceof Event.Evaluated e && e.turn() == turn) {
      EpochLine.of(e.measurement(), terminal.columnsToSay()).forEach(this::say);
    } else if (event instanceof Event.SaveFailed e && e.turn() == turn) {
      say("a save failed: " + e.message());
    } else if (event instanceof Event.TrainingFailed e && e.turn() == turn) {
      closeFetch();
      say(text(e.trouble()));
    }
  }

  @Override
  public void wanted(Action action) {
    if (action instanceof Action.Ask ask) {
      turn = ask.turn();
    } else if (action instanceof Action.Fetch fetch) {
      fetch.grant().spec().data().ifPresent(this::fetches);
    } else if (action instanceof Action.Commit commit) {
      committing = commit.checkpoint().position();
    } else if (action instanceof Action.Stop) {
      working = false;
      closeFetch();
      closeBar();
    } else if (action instanceof Action.Release release) {
      say("releases lease %s: %s".formatted(grant.fence(), why(release)));
    } else if (action instanceof Action.Exit exit) {
      closeBar();
      say("ends: " + firstLine(exit.sentence()));
    }
  }

  @Override
  public void printed(String program, String line) {
    programs.printed(program, line);
  }

  @Override
  public void redrawn(String program, String frame) {
    programs.redrawn(program, frame);
  }

  @Override
  public void told(String program, String sentence) {
    programs.told(program, sentence);
  }

  private void granted(Grant granted) {
    grant = granted;
    working = true;
    lastReason = "";
    say(
        "lease %s of %s: epoch %d to %d, %s"
            .formatted(
                grant.fence(),
                grant.spec().name(),
                grant.segment().from().epoch(),
                grant.segment().to().epoch(),
                grant.head().isPresent() ? "from " + grant.segment().from() : "from the start"));
  }

  private void renewed(Event.Renewed renewed) {
    switch (renewed.directive()) {
      case GO_ON -> {}
      case CHECKPOINT_AND_RELEASE -> say("told to save and release: " + renewed.reason());
      case STOP -> say("told to stop: " + renewed.reason());
    }
  }

  private void committed(Event.Committed committed) {
    say(
        switch (committed.next()) {
          case TRAIN_ON ->
              "committed %s, trains on to %s"
                  .formatted(committing, committed.segmentEnd().orElseThrow());
          case RELEASE -> "committed %s, its turn is over".formatted(committing);
          case COMPLETE ->
              "committed %s, %s is complete".formatted(committing, grant.spec().name());
        });
  }

  private void trained(Run.Step step, Optional<Duration> leaseLeft) {
    if (reportsBatches) {
      terminal.line("at %s loss %s".formatted(step.position(), step.loss()));
    }
    if (terminal.isInteractive()) {
      boolean epochEnds = step.position().batch() == 0;
      int epoch = step.position().epoch() - (epochEnds ? 1 : 0);
      if (bar.filter(b -> b.isOf(epoch)).isEmpty()) {
        closeBar();
        bar =
            Optional.of(
                new EpochBar(
                    terminal, grant.spec().name(), epoch, grant.spec().epochs(), batchesPerEpoch));
      }
      bar.get()
          .shows(epochEnds ? batchesPerEpoch : step.position().batch(), step.loss(), leaseLeft);
    }
  }

  private void fetches(Data data) {
    say(
        String.format(
            Locale.ROOT,
            "looks for the data %s (%.1f MB), and fetches what is not here",
            data.name(),
            data.bytes() / 1e6));
    fetch = Optional.of(new FetchProgress(terminal, data));
  }

  private void closeFetch() {
    fetch.ifPresent(FetchProgress::close);
    fetch = Optional.empty();
  }

  private void closeBar() {
    bar.ifPresent(EpochBar::close);
    bar = Optional.empty();
  }

  private void say(String text) {
    terminal.say(text);
  }

  private static String why(Action.Release release) {
    return switch (release.why()) {
      case COMPLETED -> "its turn is over";
      case SESSION_ENDING -> "the session ends";
      case FAILED -> release.trouble().map(Trouble::message).orElse("failed");
    };
  }

  private static String text(Trouble trouble) {
    return trouble.message() + " " + firstLine(trouble.remedy());
  }

  /** The rest is the program's last output, which was already shown when it was printed. */
  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
