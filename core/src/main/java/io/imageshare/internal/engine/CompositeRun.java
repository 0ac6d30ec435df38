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
 * Several runs as one. Where recipients decide, each of them has a run of its own, for what is
 * known of one, its images, rights and credentials, says nothing of another; they end in one
 * report.
 */
final class CompositeRun implements ShareRun {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final Duration ALIVE = Duration.ofSeconds(15);

  /** Stands between the id and the number of a part; no id of a run has it. */
  private static final String PART = "~";

  private final String id;
  private final WorkflowContext context;
  private final List<ShareRequest> requests;
  private final Consumer<CompositeRun> over;
  private final TimedFuture<ShareReport> report;
  private final Instant deadline;
  private final JournalWriter journal;
  private final Map<String, RunLoop> parts = new LinkedHashMap<>();
  private int ended;
  private Timekeeper.@Nullable Scheduled alive;

  /**
   * @param lines how many lines the journal has of it, besides those of its parts
   */
  CompositeRun(
      String id,
      WorkflowContext context,
      List<ShareRequest> requests,
      int lines,
      Instant deadline,
      Consumer<CompositeRun> over) {
    this.id = id;
    this.context = context;
    this.requests = requests;
    this.deadline = deadline;
    this.over = over;
    journal = journal(id, lines);
    report = new TimedFuture<>(context.time());
  }

  private JournalWriter journal(String key, int lines) {
    // What cannot be written of the whole says nothing of the parts, each of which has its own.
    return new JournalWriter(
        context.journal(),
        context.time(),
        context.calls().timeout(),
        key,
        lines,
        reason -> log.error("run {}: {}", id, reason));
  }

  /** The requests of a run, which does one thing. */
  static List<ShareRequest> checked(List<ShareRequest> requests) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("requests: none given; at least one is needed");
    }
    if (requests.stream().map(ShareRequest::action).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they mix actions; one run does one action, so start one for each");
    }
    if (requests.stream().map(ShareRequest::vault).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they name different vaults; one run has one, so start one for each");
    }
    return List.copyOf(requests);
  }

  /** The requests by who does them: all at once what the owner does, else by recipient. */
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

  /** Under what the journal has a part of a run. */
  static String key(String id, int part) {
    return id + PART + part;
  }

  /** Whether the journal has only a part of a run under this. */
  static boolean isPart(String key) {
    return key.contains(PART);
  }

  /** What its parts share: what they finish stays in the journal until all are finished. */
  WorkflowContext ofParts() {
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

  /** Begins the parts when it is safe that the whole is known. */
  void begin(boolean isNew, Consumer<RunLoop> begin) {
    Runnable parts = () -> this.parts.values().forEach(begin);
    if (isNew) {
      journal.write(
          new JournalEntry.Begun(context.time().now(), deadline, context.limits(), requests),
          parts);
    } else {
      parts.run();
    }
    stayAlive();
  }

  /** Others take a run that writes nothing for a minute for abandoned. */
  private void stayAlive() {
    if (journal.isOn()) {
      alive =
          context
              .time()
              .schedule(
                  ALIVE,
                  () -> {
                    journal.note(new JournalEntry.Alive(context.time().now()));
                    stayAlive();
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

  /** For parts that have not begun, and so can note nothing themselves. */
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
        // They go on at the same time.
        Stream.of(one, other)
            .map(Progress::timeLeft)
            .filter(Objects::nonNull)
            .max(Duration::compareTo)
            .orElse(null));
  }

  private void end() {
    if (alive != null) {
      alive.cancel();
    }
    List<RunResult> reports = parts.values().stream().map(RunLoop::result).toList();
    RunResult worst =
        reports.stream()
            .reduce((one, other) -> other.ending().compareTo(one.ending()) > 0 ? other : one)
            .orElseThrow(IllegalStateException::new);
    boolean forGood = worst.ending().compareTo(Ending.CLOSED) < 0;
    PairTable table = new PairTable(requests);
    List<SubmittedSlice> jobs = new ArrayList<>();
    for (RunResult part : reports) {
      table.take(part.table());
      part.jobs()
          .forEach(
              job ->
                  jobs.add(new SubmittedSlice(job.job(), table.place(part.table(), job.slice()))));
    }
    ShareReport whole =
        context
            .reports()
            .apply(new RunResult(id, worst.ending(), why(reports), table, jobs, progress()));
    if (forGood) {
      journal.write(
          new JournalEntry.Over(),
          () -> finishParts(() -> journal.end(true, () -> publish(whole))));
    } else {
      journal.end(false, () -> publish(whole));
    }
  }

  /** The reasons of all parts that were cut short for one, for they may differ. */
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

  private void publish(ShareReport whole) {
    over.accept(this);
    try {
      context.listener().accept(new ShareEvent.Finished(id, whole));
    } catch (Throwable e) {
      log.warn("run {}: a listener threw at Finished: {}", id, e.toString());
    }
    log.info("{}", whole);
    report.complete(whole);
  }
}
