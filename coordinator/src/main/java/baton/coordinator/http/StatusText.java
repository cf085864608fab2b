package baton.coordinator.http;

import baton.coordinator.lease.JobState;
import baton.protocol.PlainText;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.message.JobView;
import baton.protocol.message.StatusView;
import baton.protocol.message.StatusView.DriveView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The status as a table for a terminal of 100 columns. */
final class StatusText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private static final String HEADINGS =
      "JOB              STATE     PROGRESS                 HEAD      HOLDER               LEASE  ETA";

  private static final int COLUMNS = 100;
  private static final int MOST_OVER = 10;
  private static final int BAR = 10;
  private static final int MOST_METRICS = 4;
  private static final Pattern BEST = Pattern.compile("(.+)\\.(highest|lowest)(Epoch)?");

  private StatusText() {}

  /**
   * @param whole whether every job that is over is shown in full, as the newest one always is
   */
  static String of(StatusView status, Instant now, boolean whole) {
    StringBuilder text = new StringBuilder();
    text.append(
        "Baton, %s: %s, %s%n"
            .formatted(
                TIME.format(now),
                counted(status.jobs().size(), "job"),
                status.waiting().isEmpty()
                    ? "no worker waits"
                    : counted(status.waiting().size(), "waiting worker")));
    if (!status.jobs().isEmpty()) {
      text.append("%n%s%n".formatted(HEADINGS));
      append(text, status.jobs(), whole);
    }
    if (status.drive() != null) {
      append(text, status.drive());
    }
    if (!status.waiting().isEmpty()) {
      text.append("%nWaiting:%n".formatted());
      status
          .waiting()
          .forEach(
              worker ->
                  text.append(
                      "  %s on %s, for %s%n"
                          .formatted(
                              worker.worker(),
                              PlainText.of(worker.device()),
                              String.join(", ", worker.programs()))));
    }
    return text.toString();
  }

  /** A job that is over gets one line; of the oldest only the number is shown. */
  private static void append(StringBuilder text, List<JobView> jobs, boolean whole) {
    int over = 0;
    for (JobView job : jobs) {
      if (!isOver(job) || over++ == 0 || whole) {
        append(text, job);
      } else if (over <= MOST_OVER) {
        text.append(cut(rowOf(job, cameTo(job)).stripTrailing(), COLUMNS))
            .append(System.lineSeparator());
      }
    }
    if (over > MOST_OVER && !whole) {
      line(text, "and %d more that are over: status --all".formatted(over - MOST_OVER));
    }
  }

  private static boolean isOver(JobView job) {
    return JobState.valueOf(job.state()).isOver();
  }

  /** For a complete job whether it is exact, for others why they ended. */
  private static String cameTo(JobView job) {
    boolean isComplete = JobState.valueOf(job.state()) == JobState.COMPLETE;
    return isComplete && job.certificate() != null || job.reason() == null
        ? verdict(job)
        : job.reason();
  }

  private static String verdict(JobView job) {
    return job.certificate() == null ? "" : job.certificate().sentence();
  }

  private static String rowOf(JobView job, String rest) {
    Position head = job.head() == null ? Position.START : job.head().position();
    return "%-16s %-9s %-24s %-9s %s"
        .formatted(
            cut(job.spec().name(), 16),
            job.state(),
            bar(head.epoch(), job.spec().epochs()),
            head,
            PlainText.of(rest));
  }

  private static String holder(JobView.LeaseView lease) {
    return lease == null ? "-" : cut(lease.worker(), 13) + " #" + lease.fence().brief();
  }

  private static void append(StringBuilder text, JobView job) {
    JobView.LeaseView lease = job.lease();
    Position head = job.head() == null ? Position.START : job.head().position();
    String held =
        "%-20s %-6s %s"
            .formatted(
                holder(lease),
                lease == null ? "-" : span(Duration.ofMillis(lease.ttlMs())),
                job.etaSeconds() == null ? "-" : span(Duration.ofSeconds(job.etaSeconds())));
    text.append(rowOf(job, held)).append(System.lineSeparator());
    line(text, "id " + job.id());
    if (job.latest() != null) {
      line(text, "at " + job.latest().position() + ": " + metrics(job.latest().values()));
      best(job.latest().values()).forEach(best -> line(text, best));
    }
    if (job.certificate() != null) {
      line(text, job.certificate().sentence());
    }
    boolean ahead = lease != null && lease.phase() != null && lease.position().isAfter(head);
    if (ahead && lease.ttlMs() > 0) {
      line(
          text,
          "now %s at %s%s"
              .formatted(
                  lease.phase().name().toLowerCase(Locale.ROOT),
                  lease.position(),
                  lease.loss() == null ? "" : ", loss " + number(lease.loss())));
    }
    if (lease != null && lease.saving() != null) {
      line(text, lease.saving());
    }
    silence(job).ifPresent(sentence -> line(text, sentence));
    if (job.reason() != null) {
      line(text, job.reason());
    }
    job.notices().forEach(notice -> line(text, "! " + notice));
  }

  private static void append(StringBuilder text, DriveView drive) {
    text.append(
        "%nGoogle Drive of %s: %s%n".formatted(PlainText.of(drive.identity()), Space.used(drive)));
    if (drive.notice() != null) {
      line(text, "! " + drive.notice());
    }
  }

  private static void line(StringBuilder text, String sentence) {
    text.append("  %s%n".formatted(PlainText.of(sentence)));
  }

  /** A line if the job has an unusual limit for silence. */
  private static Optional<String> silence(JobView job) {
    Duration longest = job.spec().toSpec().policy().longestSilence();
    return longest.equals(Policy.DEFAULT.longestSilence())
        ? Optional.empty()
        : Optional.of("a batch may take up to %s, as the job asks".formatted(span(longest)));
  }

  private static String metrics(Map<String, Double> values) {
    return values.entrySet().stream()
        .filter(metric -> !BEST.matcher(metric.getKey()).matches())
        .sorted(Map.Entry.comparingByKey())
        .limit(MOST_METRICS)
        .map(metric -> metric.getKey() + " " + number(metric.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** From metrics such as {@code accuracy.highest} and {@code accuracy.highestEpoch}. */
  private static List<String> best(Map<String, Double> values) {
    return values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(
            metric -> {
              Matcher name = BEST.matcher(metric.getKey());
              Double epoch = values.get(metric.getKey() + "Epoch");
              return name.matches() && epoch != null && !epoch.isNaN()
                  ? Stream.of(
                      "best: %s %s %s, at %s"
                          .formatted(
                              name.group(2),
                              name.group(1),
                              number(metric.getValue()),
                              Position.ofEpochs(epoch.intValue())))
                  : Stream.empty();
            })
        .toList();
  }

  private static String bar(int done, int all) {
    int full = (int) ((long) BAR * done / all);
    return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + done + "/" + all;
  }

  /** The two largest units: {@code 3h12m}, {@code 42s}. */
  static String span(Duration time) {
    if (time.toHours() >= 24) {
      return time.toDays() + "d" + time.toHoursPart() + "h";
    }
    if (time.toMinutes() >= 60) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    return time.toSeconds() >= 60
        ? time.toMinutes() + "m" + time.toSecondsPart() + "s"
        : time.toSeconds() + "s";
  }

  /** The number; a dash if it is missing. */
  private static String number(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4g", value);
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String cut(String name, int longest) {
    return name.length() <= longest ? name : name.substring(0, longest - 1) + "~";
  }
}
