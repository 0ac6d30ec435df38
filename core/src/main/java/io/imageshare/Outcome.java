package io.imageshare;

/**
 * What became of one pair. Every pair of a run has exactly one outcome in its report.
 *
 * <p>{@link Unknown} is not {@link Failed}: it may still take effect.
 */
public sealed interface Outcome {

  /**
   * The pair this is about.
   *
   * @return one image with one recipient
   */
  Member member();

  /**
   * It is as asked: the listing shows it, or, where members cannot be listed, a job said so.
   *
   * @param member the pair
   * @param already whether it was so before this run asked for it
   * @param status the recipient's status in the listing; UNKNOWN where there is none to show
   */
  record Done(Member member, boolean already, MemberStatus status) implements Outcome {}

  /**
   * It is not as asked, and nothing this run did will make it so.
   *
   * @param member the pair
   * @param reason why, in the service's words where it gave any
   */
  record Failed(Member member, Reason reason) implements Outcome {}

  /**
   * Nobody can say. It may be done, or become so.
   *
   * @param member the pair
   * @param reason why it is not known
   * @param job the id of the job that may still do it; empty when no job is known
   */
  record Unknown(Member member, Reason reason, String job) implements Outcome {}
}
