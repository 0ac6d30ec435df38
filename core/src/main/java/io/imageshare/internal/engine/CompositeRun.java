package io.imageshare.internal.engine;

import io.imageshare.Journal;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.journal.JournalWriter;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.time.TimedFuture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several runs with one report. Where recipients decide, each of them has a run of its own, since
 * the images, rights and credentials of one say nothing about another.
 */
final class CompositeRun implements ShareRun {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /** Separates the id of the run from the number of a part; it is not valid in ids. */
  private static final String PART = "~";

  private final String id;
  private final WorkflowContext context;
  private final List<ShareRequest> requests;
  private final Consumer<CompositeRun> onEnd;
  private final TimedFuture<ShareReport> report;
  private final Instant deadline;
  private final JournalWriter journal;
  private final Map<String, RunLoop> parts = new LinkedHashMap<>();
  private int ended;
  private Timekeeper.@Nullable Scheduled heartbeat;

  /**
   * @param lines the number of lines in its journal, without those of its parts
   */
  CompositeRun(
      String id,
      WorkflowContext context,
      List<ShareRequest> requests,
      int lines,
      Instant deadline,
      Consumer<CompositeRun> onEnd) {
    this.id = id;
    this.context = context;
    this.requests = requests;
    this.deadline = deadline;
    this.onEnd = onEnd;
    journal = journal(id, lines);
    report = new TimedFuture<>(context.time());
  }

  private JournalWriter journal(String key, int lines) {
    // A failure of this journal concerns no part, as each part has a journal of its own.
    return new JournalWriter(
        context.journal(),
        context.time(),
        context.calls().timeout(),
        key,
        lines,
        reason -> log.error("run {}: {}", id, reason));
  }

  /** Checks that requests can be one run: there is one action and one vault. */
  static List<ShareRequest> checked(List<ShareRequest> requests) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("requests: none given; at least one is needed");
    }
    if (requests.stream().map(ShareRequest::action).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they mix actions; start one run for each action");
    }
    if (requests.stream().map(ShareRequest::vault).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they name different vaults; start one run for each vault");
    }
    return List.copyOf(requests);
  }

  /** The requests by principal: all together if the owner acts, else by recipient. */
  static List<List<ShareRequest>> split(List<ShareRequest> requests) {
    Set<Recipient> recipients = new LinkedHashSet<>();
    requests.forEach(request -> recipients.addAll(request.recipients()));
    return requests.get(0).action().isOfRecipient() && recipients.size() > 1
        ? recipients.stream().map(recipient -> of(requests, recipient)).toList()
        : List.of(requests);
  }

  private static List<ShareRequest> of(List<ShareRequest> requests, Recipient recipient) {
    return requests.stream()
        .filter(request -> request.recipients().contains(recipient))
        .map(
            request ->
                new ShareRequest(
                    request.action(), request.images(), Set.of(recipient), request.vault()))
        .toList();
  }

  /** The key of a part of a run in the journal. */
  static String key(String id, int part) {
    return id + PART + part;
  }

  /** Whether a key in the journal is that of a part. */
  static boolean isPart(String key) {
    return key.contains(PART);
  }

  /** The context of the parts: their journals are kept until all parts have finished. */
  WorkflowContext partContext() {
    Journal journal = context.journal() == null ? null : new UnfinishedJournal(context.journal());
    return context.with(
        deadline,
        journal,
        event -> {
          if (!(event instanceof ShareEvent.Finished)) {
            context.listener().accept(event);
          }
        });
  }

  /** Begins the parts, once the journal of the whole run is written. */
  void begin(boolean isNew, Consumer<RunLoop> begin) {
    Runnable parts = () -> this.parts.values().forEach(begin);
    if (isNew) {
      journal.write(
          new JournalEntry.Begun(context.time().now(), deadline, context.limits(), requests),
          parts);
    } else {
      parts.run();
    }
    scheduleHeartbeat();
  }

  /** A run whose journal is silent for a minute is taken for abandoned. */
  private void scheduleHeartbeat() {
    if (journal.isOn()) {
      heartbeat =
          context
              .time()
              .schedule(
                  HEARTBEAT,
                  () -> {
                    journal.note(new JournalEntry.Alive(context.time().now()));
                    scheduleHeartbeat();
                  });
    }
  }

  void add(String key, RunLoop part) {
    parts.put(key, part);
    CompletableFuture<?> unused =
        part.report()
            .thenRun(
                () -> {
                  ended++;
                  if (ended == parts.size()) {
                    end();
                  }
                });
  }

  List<ShareRequest> requests() {
    return requests;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public CompletableFuture<ShareReport> report() {
    return report.copy();
  }

  @Override
  public void cancel() {
    parts.values().forEach(RunLoop::cancel);
    context.time().schedule(Duration.ZERO, this::noteCancelled);
  }

  /** Parts that have not begun cannot write the cancellation themselves. */
  private void noteCancelled() {
    if (ended < parts.size()) {
      journal.note(new JournalEntry.Cancelled(context.time().now()));
    }
  }

  @Override
  public Progress progress() {
    return parts.values().stream()
        .map(RunLoop::progress)
        .reduce(CompositeRun::sum)
        .orElseThrow(IllegalStateException::new);
  }

  private static Progress sum(Progress one, Progress other) {
    return new Progress(
        one.total() + other.total(),
        one.done() + other.done(),
        one.failed() + other.failed(),
        one.unknown() + other.unknown(),
        one.openJobs() + other.openJobs(),
        one.submits() + other.submits(),
        one.polls() + other.polls(),
        one.reads() + other.reads(),
        // The parts run at the same time.
        Stream.of(one, other)
            .map(Progress::timeLeft)
            .filter(Objects::nonNull)
            .max(Duration::compareTo)
            .orElse(null));
  }

  private void end() {
    if (heartbeat != null) {
      heartbeat.cancel();
    }
    List<RunResult> results = parts.values().stream().map(RunLoop::result).toList();
    RunResult strictest =
        results.stream()
            .reduce((one, other) -> other.ending().compareTo(one.ending()) > 0 ? other : one)
            .orElseThrow(IllegalStateException::new);
    boolean isFinal = strictest.ending().compareTo(Ending.CLOSED) < 0;
    PairTable table = new PairTable(requests);
    List<SubmittedSlice> jobs = new ArrayList<>();
    for (RunResult part : results) {
      table.take(part.table());
      part.jobs()
          .forEach(
              job ->
                  jobs.add(new SubmittedSlice(job.job(), table.place(part.table(), job.slice()))));
    }
    ShareReport merged =
        context
            .reports()
            .apply(new RunResult(id, strictest.ending(), why(results), table, jobs, progress()));
    if (isFinal) {
      journal.write(
          new JournalEntry.Over(),
          () -> finishParts(() -> journal.end(true, () -> publish(merged))));
    } else {
      journal.end(false, () -> publish(merged));
    }
  }

  /** The reasons of all parts that were cut short; they may differ. */
  private static @Nullable Reason why(List<RunResult> parts) {
    List<Reason> reasons =
        parts.stream().map(RunResult::reason).filter(Objects::nonNull).distinct().toList();
    if (reasons.isEmpty()) {
      return null;
    }
    String all = reasons.stream().map(Reason::message).collect(Collectors.joining("; "));
    return new Reason(reasons.get(0).kind(), reasons.get(0).code(), all);
  }

  private void finishParts(Runnable then) {
    Set<String> left = new HashSet<>(parts.keySet());
    for (String key : parts.keySet()) {
      journal(key, 0)
          .end(
              true,
              () -> {
                left.remove(key);
                if (left.isEmpty()) {
                  then.run();
                }
              });
    }
  }

  private void publish(ShareReport merged) {
    onEnd.accept(this);
    try {
      context.listener().accept(new ShareEvent.Finished(id, merged));
    } catch (Throwable e) {
      log.warn("run {}: the listener threw an exception at Finished: {}", id, e.toString());
    }
    log.info("{}", merged);
    report.complete(merged);
  }
}
