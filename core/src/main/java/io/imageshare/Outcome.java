package io.imageshare;

import io.imageshare.internal.table.Visible;

/**
 * The outcome of one pair. Every pair of a run has exactly one in the report.
 *
 * <p>{@link Unknown} is not {@link Failed}: the request may still take effect.
 */
public sealed interface Outcome {

  /** {@return the pair, one image with one recipient} */
  Member member();

  /**
   * The pair is as asked: the listing shows it, or, where members cannot be listed, a job reports
   * it.
   *
   * @param member the pair
   * @param already whether it was so before this run asked for it, as far as the survey shows: of
   *     an image that is described as {@link Image.Sharing#UNSHARED}, it lists no members
   * @param status the recipient's status in the listing; UNKNOWN if the pair is not listed
   */
  record Done(Member member, boolean already, MemberStatus status) implements Outcome {}

  /**
   * The pair is not as asked, and nothing that this run did will make it so.
   *
   * @param member the pair
   * @param reason why; with the service's code and message if there are any
   */
  record Failed(Member member, Reason reason) implements Outcome {}

  /**
   * Not known: the pair may be as asked, or become so later.
   *
   * @param member the pair
   * @param reason why it is not known
   * @param job the id of the job that may still do it; empty if no job is known
   */
  record Unknown(Member member, Reason reason, String job) implements Outcome {

    /** Its parts; control characters and the like are escaped as in {@link Reason#toString}. */
    @Override
    public String toString() {
      return Visible.of("Unknown[member=%s, reason=%s, job=%s]".formatted(member, reason, job));
    }
  }
}
