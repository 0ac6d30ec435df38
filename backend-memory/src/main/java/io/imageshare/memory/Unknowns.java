package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How the cloud behaves where the service's behavior is not known ({@code ims-api.md} section 7).
 * {@link #defaults()} takes what is most likely; a safe program works with every other choice too.
 *
 * @param readding what becomes of adding a member that is there already
 * @param removing what becomes of removing a member that is not there
 * @param checks when bad ids and full images are noticed
 * @param naming how a refusal names a bad id
 * @param partial how a job ends when some of its pairs fail and others do not
 * @param results what a job's results say
 * @param listing what the listing of an image does
 * @param telling when a description tells that an image was shared
 * @param listLag for how long a listing shows what was before a job's end
 * @param jobsKept for how long a job can be polled after its end
 */
public record Unknowns(
    Already readding,
    Already removing,
    Checks checks,
    Naming naming,
    Partial partial,
    Detail results,
    Listing listing,
    Telling telling,
    Duration listLag,
    Duration jobsKept) {

  /** What becomes of a pair that is as asked already; for the batch calls not documented. */
  public enum Already {
    /** It counts as done; a member keeps its status. */
    NOOP_SUCCESS,
    /** It fails in the job ({@code LOST}, {@code IMG.0112}, on removal {@code IMG.0113}). */
    FAIL_JOB,
    /** The whole call is refused for it, with the same code. */
    REFUSE
  }

  /** When bad ids and full images are noticed; one malformed id was seen refused at once. */
  public enum Checks {
    /** By the call, which is refused and makes no job. */
    SYNC,
    /** In the job, where the pairs concerned fail and the others are done. */
    IN_JOB,
    /** In the job, which fails and does nothing. */
    IN_JOB_ALL_OR_NOTHING
  }

  /** How a refusal names a bad id; no sample of a message about one id among many was found. */
  public enum Naming {
    /** By side, and the message names the id. */
    NAMED_SIDE,
    /** By side; the message does not name the id. */
    SIDE_ONLY,
    /** Not at all: {@code INVALID}, {@code IMG.0001}. */
    NOTHING
  }

  /** How a job ends when some of its pairs fail and others do not; not documented. */
  public enum Partial {
    /** It FAILs, with the first failed pair's reason. */
    FAIL_IF_ANY,
    /** It SUCCEEDs, and only its results show the failures. */
    SUCCESS_WITH_RESULTS
  }

  /** What a job's results say; the samples differ ({@code ims-api.md} section 2). */
  public enum Detail {
    /** Nothing. */
    ABSENT,
    /** One result per image, without recipient; nothing when members are removed. */
    WITHOUT_RECIPIENT,
    /** One result per image and recipient. */
    PER_PAIR
  }

  /** What the listing of an image does. */
  public enum Listing {
    /** It refuses an image it does not know ({@code INVALID_IMAGE}, {@code IMG.0027}). */
    REFUSES_UNKNOWN,
    /** It shows no member of an image it does not know. */
    EMPTY_FOR_UNKNOWN,
    /** It is not there at all ({@code UNSUPPORTED}). */
    UNSUPPORTED
  }

  /** When a description tells that an image was shared; it never tells that it no longer is. */
  public enum Telling {
    /** From its first member on. */
    AT_ONCE,
    /** A minute after that; until then it is described as unshared. */
    LATE,
    /** Never: nor does it tell that an image is unshared. */
    NEVER
  }

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if a time is negative
   */
  public Unknowns {
    requireNonNull(readding, "readding");
    requireNonNull(removing, "removing");
    requireNonNull(checks, "checks");
    requireNonNull(naming, "naming");
    requireNonNull(partial, "partial");
    requireNonNull(results, "results");
    requireNonNull(listing, "listing");
    requireNonNull(telling, "telling");
    checkArgument(!listLag.isNegative(), "listLag: %s is negative", listLag);
    checkArgument(!jobsKept.isNegative(), "jobsKept: %s is negative", jobsKept);
  }

  /**
   * What is most likely: repeating oneself does no harm, checks are made at once and name the side
   * and the id, a job FAILs if any pair does, results come as in the vendor's sample of 2024
   * (without recipient), listings and descriptions do not lag, and jobs are kept for ever.
   *
   * @return the defaults
   */
  public static Unknowns defaults() {
    return new Unknowns(
        Already.NOOP_SUCCESS,
        Already.NOOP_SUCCESS,
        Checks.SYNC,
        Naming.NAMED_SIDE,
        Partial.FAIL_IF_ANY,
        Detail.WITHOUT_RECIPIENT,
        Listing.REFUSES_UNKNOWN,
        Telling.AT_ONCE,
        Duration.ZERO,
        ChronoUnit.FOREVER.getDuration());
  }

  /**
   * The same with another answer to adding a member that is there already.
   *
   * @param readding what becomes of it
   * @return a changed copy
   */
  public Unknowns readding(Already readding) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with another answer to removing a member that is not there.
   *
   * @param removing what becomes of it
   * @return a changed copy
   */
  public Unknowns removing(Already removing) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with checks made at another point.
   *
   * @param checks when bad ids and full images are noticed
   * @return a changed copy
   */
  public Unknowns checks(Checks checks) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with refusals in other words.
   *
   * @param naming how a refusal names a bad id
   * @return a changed copy
   */
  public Unknowns naming(Naming naming) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with another end of jobs of which some pairs fail.
   *
   * @param partial how such a job ends
   * @return a changed copy
   */
  public Unknowns partial(Partial partial) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with other results.
   *
   * @param results what a job's results say
   * @return a changed copy
   */
  public Unknowns results(Detail results) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with another listing.
   *
   * @param listing what the listing of an image does
   * @return a changed copy
   */
  public Unknowns listing(Listing listing) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with other descriptions.
   *
   * @param telling when a description tells that an image was shared
   * @return a changed copy
   */
  public Unknowns telling(Telling telling) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with listings that lag.
   *
   * @param listLag for how long a listing shows what was before a job's end
   * @return a changed copy
   */
  public Unknowns listLag(Duration listLag) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }

  /**
   * The same with jobs kept for another time.
   *
   * @param jobsKept for how long a job can be polled after its end; then a poll is refused ({@code
   *     INVALID}, {@code IMG.0023})
   * @return a changed copy
   */
  public Unknowns jobsKept(Duration jobsKept) {
    return new Unknowns(
        readding, removing, checks, naming, partial, results, listing, telling, listLag, jobsKept);
  }
}
