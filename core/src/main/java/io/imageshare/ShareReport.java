package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.report.FailureGroups;
import io.imageshare.internal.report.ReportReader;
import io.imageshare.internal.report.ReportText;
import io.imageshare.internal.report.ReportWriter;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.table.PairTable;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The result of a run: exactly one outcome for every pair. Immutable and safe to use from any
 * thread.
 *
 * <p>A report takes about two bytes per pair; outcomes are created on demand. Counts are constant
 * time.
 */
public final class ShareReport {

  /** How a run ended. */
  public enum Ending {
    /** Nothing cut it short; single pairs may still have failed. */
    FINISHED,
    /** It was cancelled. */
    CANCELLED,
    /** Its deadline passed. */
    DEADLINE,
    /** Its workflow was closed, or it was released. */
    CLOSED,
    /** It could not continue, for the given reason, such as refused credentials. */
    STOPPED
  }

  /**
   * How many pairs have which outcome.
   *
   * @param total all pairs of the run
   * @param done pairs that are as asked
   * @param already those of {@code done} that were so before the run, as far as {@linkplain
   *     Outcome.Done#already it is known}
   * @param failed pairs that are not as asked and will not be
   * @param unknown pairs that may or may not be as asked
   */
  public record Counts(long total, long done, long already, long failed, long unknown) {}

  /**
   * The pairs that are not done for one reason. Reasons are one if their kind and code are; without
   * a code, if their messages differ only in what is quoted, in ids and in numbers.
   *
   * @param reason the reason of the first of them
   * @param failed how many failed
   * @param unknown how many have an unknown outcome
   * @param first the first three of them, in the request's order
   */
  public record Failures(Reason reason, long failed, long unknown, List<Member> first) {

    /** Copies. */
    public Failures {
      first = List.copyOf(first);
    }

    /** {@return how many pairs they are, failed and unknown together} */
    public long pairs() {
      return failed + unknown;
    }
  }

  /**
   * A job with its slice.
   *
   * @param job the job as the last poll saw it
   * @param slice the slice that it was submitted for
   */
  public record SubmittedJob(Job job, ShareRequest slice) {}

  private final RunResult result;
  private final PairTable table;

  ShareReport(RunResult result) {
    this.result = result;
    table = result.table();
  }

  /**
   * Creates a report, for tests of code that uses reports. It is that of a finished share without
   * calls; its {@link #id()} is {@code "given"}.
   *
   * @param outcomes one outcome for each pair
   * @return the report, image by image in the given order
   * @throws IllegalArgumentException if there are none, or two are about the same pair
   */
  public static ShareReport of(Collection<? extends Outcome> outcomes) {
    checkArgument(!outcomes.isEmpty(), "outcomes: none given; at least one is needed");
    List<Member> members = outcomes.stream().map(outcome -> outcome.member()).toList();
    PairTable table =
        new PairTable(
            Action.SHARE,
            "",
            members.stream().map(Member::image),
            members.stream().map(Member::recipient));
    for (Outcome outcome : outcomes) {
      checkArgument(
          table.outcome(outcome.member()).isEmpty(),
          "outcomes: two are about %s; a pair has one",
          outcome.member());
      table.add(outcome);
    }
    Progress stats =
        new Progress(
            table.total(), table.done(), table.failed(), table.unknown(), 0, 0, 0, 0, null);
    return new ShareReport(
        new RunResult("given", Ending.FINISHED, null, table, List.of(), stats, Duration.ZERO, ""));
  }

  /**
   * Reads a report that {@link #toJson} of this or an earlier release wrote, for example to run
   * {@link #remaining()} another day.
   *
   * @param from the document, with nothing after it; stays open
   * @return a report with the same content
   * @throws IllegalArgumentException if the document is not a report, is of a newer version, or is
   *     damaged; the message names the place
   * @throws IOException if reading fails
   */
  public static ShareReport read(Reader from) throws IOException {
    return new ShareReport(ReportReader.read(from));
  }

  /**
   * Writes the report as JSON. It streams: even for a million pairs it buffers a few thousand
   * characters at most. Equal neighbours are merged, so most reports are little larger than their
   * ids.
   *
   * <p>The document is an object. Its first field, {@code "imageshare": "report/1"}, says what it
   * is; others may be added without a new number, and readers pass over those they do not know. The
   * fields come in this order:
   *
   * <ul>
   *   <li>{@code id}, {@code ending}, {@code reason} (an object of {@code kind}, {@code code} and
   *       {@code message}; absent if there is none), {@code action}, {@code vault} (absent if there
   *       is none), {@code endpoint} and {@code duration} (ISO 8601; absent if not known).
   *   <li>{@code pairs} ({@code total}, {@code done}, {@code failed}, {@code unknown}), {@code
   *       calls} ({@code submits}, {@code polls}, {@code reads}), {@code openJobs}, {@code
   *       timeLeft} (may be absent): the figures of {@link #stats()}.
   *   <li>{@code images}: their ids. {@code recipients}: each an object of one field, {@code
   *       project}, {@code domain} or {@code organization}, with the id.
   *   <li>{@code outcomes}: the different ones, each with its number of {@code pairs} and {@code
   *       outcome}: {@code done} with {@code already} and {@code status}, {@code failed} with
   *       {@code reason}, {@code unknown} with {@code reason} and {@code job}.
   *   <li>{@code rows}: what became of the images, in their order. A row holds for the next {@code
   *       images} of them; its {@code runs} are numbers by twos: a place in {@code outcomes},
   *       counted from 0, or -1 for what was not asked; and for how many of the {@code recipients}
   *       on it holds.
   *   <li>{@code jobs}: each with {@code id}, {@code type}, {@code status}, {@code begin} and
   *       {@code end} (ISO 8601) and {@code progress} if known, {@code reason} if there is one,
   *       {@code images} and {@code recipients} (what it was to do: numbers by twos, a place in the
   *       list above and how many from there on), and {@code results} (each {@code images}, their
   *       ids, {@code recipient} if known, {@code succeeded}, {@code reason} if there is one).
   * </ul>
   *
   * @param to where to; stays open, and is flushed
   * @throws IOException if writing fails; what was written until then is no whole document
   */
  public void toJson(Writer to) throws IOException {
    ReportWriter.write(result, to);
  }

  /** {@return the id of the run} */
  public String id() {
    return result.id();
  }

  /**
   * {@return how the run ended} FINISHED means that nothing cut it short, not that every pair is
   * done: see {@link #allDone()}.
   */
  public Ending ending() {
    return result.ending();
  }

  /** {@return why the run was cut short; empty if the ending needs no reason} */
  public Optional<Reason> reason() {
    return Optional.ofNullable(result.reason());
  }

  /** {@return what was asked for: the action of the run's requests} */
  public Action action() {
    return table.action();
  }

  /**
   * {@return how long the run took; zero if the report does not tell} For a run that was resumed
   * this is the time since it was first started.
   */
  public Duration duration() {
    return result.duration();
  }

  /**
   * {@return what the run's backend calls, its {@linkplain MemberBackend#endpoint() endpoint};
   * empty if it does not tell}
   */
  public String endpoint() {
    return result.endpoint();
  }

  /** {@return whether every pair is as asked: all outcomes are {@link Outcome.Done}} */
  public boolean allDone() {
    return table.done() == table.total();
  }

  /** {@return how many pairs have which outcome} */
  public Counts counts() {
    return table.counts();
  }

  /** {@return the pairs that failed, image by image in the request's order} */
  public Stream<Outcome.Failed> failed() {
    return table.failed() == 0 ? Stream.empty() : of(Outcome.Failed.class);
  }

  /** {@return the pairs whose outcome is unknown, image by image in the request's order} */
  public Stream<Outcome.Unknown> unknown() {
    return table.unknown() == 0 ? Stream.empty() : of(Outcome.Unknown.class);
  }

  /**
   * {@return the failed and the unknown pairs, grouped by reason, the largest group first; empty if
   * {@link #allDone()}}
   */
  public List<Failures> failures() {
    return FailureGroups.of(table);
  }

  private <T extends Outcome> Stream<T> of(Class<T> kind) {
    return outcomes().filter(kind::isInstance).map(kind::cast);
  }

  /**
   * {@return the outcome of each pair, image by image in the order of the requests; of the
   * recipients of a request, projects come first, then domains, then organizations}
   */
  public Stream<Outcome> outcomes() {
    return IntStream.range(0, table.images()).boxed().flatMap(table::outcomes);
  }

  /**
   * {@return the outcome of one pair}
   *
   * @param member the pair
   * @throws IllegalArgumentException if the pair is not part of the run
   */
  public Outcome outcome(Member member) {
    return table
        .outcome(member)
        .orElseThrow(
            () -> new IllegalArgumentException(member + ": run " + id() + " was not asked for it"));
  }

  /**
   * {@return few requests that together ask again for every failed and unknown pair, to be run as
   * one; empty if {@link #allDone()}}
   */
  public List<ShareRequest> remaining() {
    int any = Integer.MAX_VALUE;
    return SlicePlanner.plan(table.notDone(), new BatchLimits(any, any, any)).stream()
        .map(table::request)
        .toList();
  }

  /**
   * {@return the jobs of this run in the order they were submitted, each as the last poll saw it,
   * with its slice}
   */
  public List<SubmittedJob> jobs() {
    return result.jobs().stream()
        .map(s -> new SubmittedJob(s.job(), table.request(s.slice())))
        .toList();
  }

  /** {@return the final progress of the run: pairs by outcome and calls by kind} */
  public Progress stats() {
    return result.stats();
  }

  /**
   * Fails unless every pair is as asked.
   *
   * @return this report
   * @throws IllegalStateException if a pair is not as asked; the message has the counts and the
   *     first ten such pairs
   */
  public ShareReport requireAllDone() {
    if (allDone()) {
      return this;
    }
    String first =
        Stream.concat(failed(), unknown())
            .limit(10)
            .map(outcome -> "\n  " + outcome)
            .collect(Collectors.joining());
    throw new IllegalStateException(ReportText.headline(result) + "; the first of them:" + first);
  }

  /**
   * For people: a headline of what was run where, how long, and what came of it; and if not all is
   * done, a table of {@link #failures()}, the ten largest. The first line of a run in which nothing
   * was done says so, with the most frequent reason.
   */
  @Override
  public String toString() {
    return ReportText.write(result);
  }
}
