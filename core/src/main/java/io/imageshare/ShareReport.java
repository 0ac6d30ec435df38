package io.imageshare;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of every pair of a run: exactly one outcome each. Immutable and safe to use from any
 * thread.
 *
 * <p>It takes about two bytes a pair; outcomes are made when they are asked for. Counts cost
 * nothing.
 */
public final class ShareReport {

  /** How a run ended. */
  public enum Ending {
    /** It went its whole way; single pairs may have failed all the same. */
    COMPLETE,
    /** It was cancelled. */
    CANCELLED,
    /** Its deadline passed. */
    DEADLINE,
    /** Its workflow was closed. */
    CLOSED,
    /** It could not go on, for the reason given: the credentials were refused, say. */
    STOPPED
  }

  /**
   * A job as it was last seen.
   *
   * @param job the last look
   * @param slice what it was to do
   */
  public record Watched(Job job, ShareRequest slice) {}

  /** A job with its slice still as indices, which takes a tenth of the memory. */
  record Seen(Job job, Slice slice) {}

  private final String id;
  private final Ending ending;
  private final @Nullable Reason reason;
  private final Ledger ledger;
  private final List<Seen> jobs;
  private final Progress stats;

  ShareReport(
      String id,
      Ending ending,
      @Nullable Reason reason,
      Ledger ledger,
      List<Seen> jobs,
      Progress stats) {
    this.id = id;
    this.ending = ending;
    this.reason = reason;
    this.ledger = ledger;
    this.jobs = List.copyOf(jobs);
    this.stats = stats;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Adds what became of a part of a run to the whole. */
  void addTo(Ledger whole, List<Seen> wholeJobs) {
    whole.take(ledger);
    jobs.forEach(seen -> wholeJobs.add(new Seen(seen.job(), whole.place(ledger, seen.slice()))));
  }

  /**
   * The run's id.
   *
   * @return the id
   */
  public String id() {
    return id;
  }

  /**
   * How the run ended. COMPLETE says that nothing cut it short, not that all is done: for that, see
   * {@link #complete()}.
   *
   * @return the ending
   */
  public Ending ending() {
    return ending;
  }

  /**
   * Why the run was cut short.
   *
   * @return the reason; empty when the ending says it all
   */
  public Optional<Reason> reason() {
    return Optional.ofNullable(reason);
  }

  /**
   * Whether every pair is as asked.
   *
   * @return true if all outcomes are {@link Outcome.Done}
   */
  public boolean complete() {
    return ledger.done() == ledger.total();
  }

  /**
   * How many pairs have an outcome of a kind.
   *
   * @param outcome {@link Outcome.Done}, {@link Outcome.Failed}, {@link Outcome.Unknown}, or {@link
   *     Outcome} for all
   * @return the number
   */
  public long count(Class<? extends Outcome> outcome) {
    return (outcome.isAssignableFrom(Outcome.Done.class) ? ledger.done() : 0)
        + (outcome.isAssignableFrom(Outcome.Failed.class) ? ledger.failed() : 0)
        + (outcome.isAssignableFrom(Outcome.Unknown.class) ? ledger.unknown() : 0);
  }

  /**
   * The pairs that failed.
   *
   * @return them, image by image in the request's order
   */
  public Stream<Outcome.Failed> failed() {
    return ledger.failed() == 0 ? Stream.empty() : of(Outcome.Failed.class);
  }

  /**
   * The pairs nobody can say anything of.
   *
   * @return them, image by image in the request's order
   */
  public Stream<Outcome.Unknown> unknown() {
    return ledger.unknown() == 0 ? Stream.empty() : of(Outcome.Unknown.class);
  }

  private <T extends Outcome> Stream<T> of(Class<T> kind) {
    return outcomes().filter(kind::isInstance).map(kind::cast);
  }

  /**
   * Every outcome.
   *
   * @return one a pair, image by image in the request's order
   */
  public Stream<Outcome> outcomes() {
    return IntStream.range(0, ledger.images()).boxed().flatMap(ledger::outcomes);
  }

  /**
   * What became of one pair.
   *
   * @param member the pair
   * @return its outcome
   * @throws IllegalArgumentException if the run was not asked for this pair
   */
  public Outcome outcome(Member member) {
    return ledger
        .outcome(member)
        .orElseThrow(
            () -> new IllegalArgumentException(member + ": run " + id + " was not asked for it"));
  }

  /**
   * Requests that ask again for all that is not done, failed and unknown alike; few of them. Can be
   * run as one.
   *
   * @return the requests; empty when {@link #complete()}
   */
  public List<ShareRequest> remaining() {
    int any = Integer.MAX_VALUE;
    return Planning.plan(ledger.notDone(), new BatchLimits(any, any, any)).stream()
        .map(ledger::request)
        .toList();
  }

  /**
   * The jobs the service made for this run, in the order they were submitted.
   *
   * @return the last look at each, with what it was to do
   */
  public List<Watched> jobs() {
    return jobs.stream().map(s -> new Watched(s.job(), ledger.request(s.slice()))).toList();
  }

  /**
   * The run's last progress: pairs by outcome and calls by kind.
   *
   * @return the figures
   */
  public Progress stats() {
    return stats;
  }

  /**
   * For callers who want all or an exception.
   *
   * @return this report, if every pair is as asked
   * @throws IllegalStateException otherwise; the message has the counts and the first ten failures
   */
  public ShareReport requireDone() {
    if (complete()) {
      return this;
    }
    String first =
        Stream.concat(failed(), unknown())
            .limit(10)
            .map(outcome -> "\n  " + outcome)
            .collect(Collectors.joining());
    throw new IllegalStateException(this + "; the first of them:" + first);
  }

  @Override
  public String toString() {
    return "run %s: %s, %s%s"
        .formatted(id, ending, ledger, reason == null ? "" : " (" + reason + ")");
  }
}
