package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes down one run: a line for each event and each call the cloud received, with its virtual
 * time in milliseconds, and the outcomes at the end. Every word is one of this class, so that a
 * rename in the API changes this class and not the text.
 */
final class GoldenLog {
  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{1,9})");

  private final MemoryBackend cloud;
  private final Instant began;
  private final List<Function<List<Call>, String>> lines = new ArrayList<>();
  private int calls;

  GoldenLog(MemoryBackend cloud) {
    this.cloud = cloud;
    began = cloud.time().now();
  }

  /** The cloud as seen by a process that the switch may kill. */
  MemberBackend backend(KillSwitch killSwitch) {
    MemberBackend backend =
        new CrashingBackend(
            cloud,
            killSwitch,
            (kind, about) -> {
              int number = calls;
              calls++;
              lines.add(all -> call(all.get(number)));
            });
    return new ForwardingBackend(backend) {
      @Override
      public int membersPerImage() {
        return Integer.MAX_VALUE; // not announced, so that full images are refused by the cloud
      }
    };
  }

  /** Records the events of a process until it is killed. */
  Consumer<ShareEvent> listener(KillSwitch killSwitch) {
    return event -> {
      if (!killSwitch.isDead()) {
        note(event(event));
      }
    };
  }

  /** Records that something happens now. */
  void note(String what) {
    String line = millis(cloud.time().now()) + " " + what;
    lines.add(all -> line);
  }

  /** All that was written down, and what became of each pair. */
  List<String> lines(ShareReport report) {
    List<Call> all = cloud.calls();
    assertEquals(all.size(), calls, "calls the log has not seen");
    List<String> text = new ArrayList<>();
    lines.forEach(line -> text.add(line.apply(all)));
    text.add("");
    text.addAll(figures(report));
    text.addAll(outcomes(report));
    report.jobs().forEach(job -> text.add(job(job.job()) + " was to " + request(job.slice())));
    return text;
  }

  private long millis(Instant at) {
    return Duration.between(began, at).toMillis();
  }

  private String call(Call call) {
    String what =
        switch (call.kind()) {
          case SUBMIT -> "submit " + request(Objects.requireNonNull(call.slice()));
          case JOB -> "poll " + jobId(call.id());
          case MEMBERS -> "members " + call.id();
          case IMAGES -> "images " + call.id();
          case DESCRIBE -> "describe " + ids(List.of(call.id().split(" ")));
        };
    Instant answered = call.answered();
    return "%d call %s = %s%s%s"
        .formatted(
            millis(call.begun()),
            what,
            answered == null ? "never" : millis(answered),
            call.job().isEmpty() ? "" : " job " + jobId(call.job()),
            reason(call.reason()));
  }

  private static String event(ShareEvent event) {
    if (event instanceof ShareEvent.Surveyed surveyed) {
      return "surveyed images=%d already=%d refused=%d"
          .formatted(surveyed.images(), surveyed.already(), surveyed.refused());
    } else if (event instanceof ShareEvent.Submitted submitted) {
      return "submitted " + request(submitted.slice()) + ": " + job(submitted.job());
    } else if (event instanceof ShareEvent.Polled polled) {
      return "polled " + job(polled.job());
    } else if (event instanceof ShareEvent.Retrying retrying) {
      return "retrying %s in %d%s"
          .formatted(
              retried(retrying.call()), retrying.delay().toMillis(), reason(retrying.reason()));
    } else if (event instanceof ShareEvent.Split split) {
      return "split " + request(split.slice()) + reason(split.reason());
    } else if (event instanceof ShareEvent.ImageCompleted settled) {
      return "image %s done=%d failed=%d unknown=%d"
          .formatted(settled.image(), settled.done(), settled.failed(), settled.unknown());
    }
    ShareReport report = ((ShareEvent.Finished) event).report();
    return "over: " + ending(report.ending()) + reason(report.reason().orElse(null));
  }

  private static String retried(String call) {
    return switch (call) {
      case "submit" -> "submit";
      case "job" -> "poll";
      case "members" -> "members";
      case "images" -> "images";
      case "describe" -> "describe";
      default -> throw new IllegalArgumentException(call);
    };
  }

  private static String ending(Ending ending) {
    return switch (ending) {
      case FINISHED -> "whole";
      case CANCELLED -> "cancelled";
      case DEADLINE -> "deadline";
      case CLOSED -> "closed";
      case STOPPED -> "stopped";
    };
  }

  private static String request(ShareRequest request) {
    return "%s %s x %s%s"
        .formatted(
            action(request.action()),
            ids(request.images()),
            recipients(request.recipients()),
            request.vault().isEmpty() ? "" : " in " + request.vault());
  }

  private static String action(Action action) {
    return switch (action) {
      case SHARE -> "share";
      case UNSHARE -> "unshare";
      case ACCEPT -> "accept";
      case REJECT -> "reject";
    };
  }

  private static String recipients(Collection<Recipient> recipients) {
    return ids(recipients.stream().map(GoldenLog::recipient).toList());
  }

  private static String recipient(Recipient recipient) {
    return switch (recipient.type()) {
      case PROJECT -> recipient.id();
      case DOMAIN -> "domain:" + recipient.id();
      case ORGANIZATION -> "organization:" + recipient.id();
    };
  }

  private static String job(Job job) {
    String status =
        switch (job.status()) {
          case INIT -> "init";
          case RUNNING -> "running";
          case SUCCESS -> "success";
          case FAIL -> "fail";
        };
    return "job %s %s%s%s%s"
        .formatted(
            jobId(job.id()),
            status,
            Double.isFinite(job.progress()) ? " " + Math.round(job.progress() * 100) + "%" : "",
            reason(job.reason()),
            job.results().isEmpty() ? "" : " results=" + job.results().size());
  }

  /** Enough of an id to tell the jobs of a run apart. */
  private static String jobId(String id) {
    return id.length() <= 8 ? id : id.substring(id.length() - 8);
  }

  private static String reason(@Nullable Reason reason) {
    return reason == null
        ? ""
        : " " + reason.kind().name() + (reason.code().isEmpty() ? "" : " " + reason.code());
  }

  private static List<String> figures(ShareReport report) {
    Progress stats = report.stats();
    long already =
        report.outcomes().filter(o -> o instanceof Outcome.Done done && done.already()).count();
    return List.of(
        "ending: " + ending(report.ending()) + reason(report.reason().orElse(null)),
        "pairs: total=%d done=%d already=%d failed=%d unknown=%d"
            .formatted(stats.total(), stats.done(), already, stats.failed(), stats.unknown()),
        "calls: submits=%d polls=%d reads=%d open=%d"
            .formatted(stats.submits(), stats.polls(), stats.reads(), stats.openJobs()));
  }

  /** A line for each stretch of images whose pairs came to the same. */
  private static List<String> outcomes(ShareReport report) {
    Map<String, Map<String, List<Recipient>>> byImage = new LinkedHashMap<>();
    report
        .outcomes()
        .forEach(
            outcome ->
                byImage
                    .computeIfAbsent(outcome.member().image(), image -> new LinkedHashMap<>())
                    .computeIfAbsent(outcome(outcome), same -> new ArrayList<>())
                    .add(outcome.member().recipient()));
    Map<String, List<String>> images = new LinkedHashMap<>();
    byImage.forEach(
        (image, outcomes) ->
            images
                .computeIfAbsent(
                    outcomes.entrySet().stream()
                        .map(same -> same.getKey() + " " + recipients(same.getValue()))
                        .collect(Collectors.joining("; ")),
                    same -> new ArrayList<>())
                .add(image));
    return images.entrySet().stream()
        .map(same -> ids(same.getValue()) + ": " + same.getKey())
        .toList();
  }

  private static String outcome(Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      return (done.already() ? "already " : "done ") + status(done.status());
    } else if (outcome instanceof Outcome.Failed failed) {
      return "failed" + reason(failed.reason());
    }
    Outcome.Unknown unknown = (Outcome.Unknown) outcome;
    return "unknown"
        + reason(unknown.reason())
        + (unknown.job().isEmpty() ? "" : " job " + jobId(unknown.job()));
  }

  private static String status(MemberStatus status) {
    return switch (status) {
      case PENDING -> "pending";
      case ACCEPTED -> "accepted";
      case REJECTED -> "rejected";
      case UNKNOWN -> "status-unknown";
    };
  }

  /** Ids in their order, those that count up as {@code image-0..4}. */
  private static String ids(Collection<String> ids) {
    StringBuilder text = new StringBuilder();
    String prefix = "";
    int first = 0;
    int next = -1;
    for (String id : ids) {
      Matcher numbered = NUMBERED.matcher(id);
      boolean isNumbered = numbered.matches();
      int number = isNumbered ? Integer.parseInt(numbered.group(2)) : -1;
      if (isNumbered && number == next && numbered.group(1).equals(prefix)) {
        next++;
        continue;
      }
      close(text, first, next).append(text.isEmpty() ? "" : ",").append(id);
      prefix = isNumbered ? numbered.group(1) : "";
      first = number;
      next = isNumbered ? number + 1 : -1;
    }
    return close(text, first, next).toString();
  }

  private static StringBuilder close(StringBuilder text, int first, int next) {
    return next - 1 > first ? text.append("..").append(next - 1) : text;
  }
}
