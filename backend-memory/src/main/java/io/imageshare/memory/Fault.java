package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.imageshare.Reason;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;

/**
 * One thing that goes wrong, as data. {@link MemoryBackend#inject} makes it strike the next call it
 * can strike, and {@link Chaos} makes it strike by chance.
 *
 * <p>One call is struck by at most one fault of each {@link Part}: an answer can be lost whose job
 * is stuck besides, but no call is both throttled and unavailable; the second of two such faults
 * strikes the next call.
 */
public sealed interface Fault {

  /** What a fault spoils. */
  enum Part {
    /** The call itself: its effect or its answer. */
    CALL,
    /** How the job that a submit makes runs and ends. A submit that makes no job is not struck. */
    JOB,
    /** What that job's results say. */
    RESULTS,
    /** What the listing of that job's images shows. */
    LISTING
  }

  /**
   * What this fault spoils.
   *
   * @return {@link Part#CALL} unless the fault says otherwise
   */
  default Part part() {
    return Part.CALL;
  }

  /**
   * Whether this fault can strike a call of a kind.
   *
   * @param kind the kind of call
   * @return by default true; for faults of any part but {@link Part#CALL}, whether it is a submit
   */
  default boolean strikes(Call.Kind kind) {
    return part() == Part.CALL || kind == Call.Kind.SUBMIT;
  }

  /**
   * The same fault for calls of one kind only.
   *
   * @param kind the kind of call to strike
   * @return the aimed fault
   * @throws IllegalArgumentException if this fault cannot strike calls of that kind
   */
  default Fault on(Call.Kind kind) {
    return new Aimed(kind, this);
  }

  /**
   * A fault for calls of one kind only.
   *
   * @param kind the kind of call to strike
   * @param fault what goes wrong; this is what {@link Call#faults} shows once it struck
   */
  record Aimed(Call.Kind kind, Fault fault) implements Fault {

    /**
     * Checks that the fault can strike such calls.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public Aimed {
      requireNonNull(kind, "kind");
      checkArgument(
          !(fault instanceof Aimed) && fault.strikes(kind),
          "%s cannot be aimed at %s",
          fault,
          kind);
    }

    @Override
    public Part part() {
      return fault.part();
    }

    @Override
    public boolean strikes(Call.Kind kind) {
      return kind == this.kind;
    }
  }

  /** Strikes any call: nothing happens, and the caller gets {@code UNAVAILABLE}. */
  record Unavailable() implements Fault {}

  /**
   * Strikes any call: the service is away. This call and all others get {@code UNAVAILABLE} until
   * it is back; jobs go on.
   *
   * @param lasts for how long
   */
  record Outage(Duration lasts) implements Fault {

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public Outage {
      checkArgument(!lasts.isNegative(), "lasts: %s is negative", lasts);
    }
  }

  /**
   * Strikes any call: nothing happens, the caller is too fast ({@code THROTTLED}).
   *
   * @param retryAfter the wait asked for; zero: none is named
   * @param style who throttles
   */
  record Throttled(Duration retryAfter, Style style) implements Fault {

    /** Who throttles ({@code ims-api.md} sections 3.3 and 3.4). */
    public enum Style {
      /** The gateway: HTTP 429, {@code APIGW.0308}. */
      GATEWAY,
      /** The service: HTTP 400, {@code IMG.0060}, too many tasks. Strikes submits only. */
      TASKS
    }

    /**
     * Checks the wait.
     *
     * @throws IllegalArgumentException if the wait is negative
     */
    public Throttled {
      requireNonNull(style, "style");
      checkArgument(!retryAfter.isNegative(), "retryAfter: %s is negative", retryAfter);
    }

    /** The gateway throttles, and names no wait. */
    public Throttled() {
      this(Duration.ZERO, Style.GATEWAY);
    }

    @Override
    public boolean strikes(Call.Kind kind) {
      return style == Style.GATEWAY || kind == Call.Kind.SUBMIT;
    }
  }

  /** Strikes any call: nothing happens, the credentials are refused. */
  record Unauthenticated() implements Fault {}

  /**
   * Strikes calls of one kind: nothing happens, the call is refused.
   *
   * @param kind the kind of call to strike
   * @param reason why it is refused
   */
  record Refused(Call.Kind kind, Reason reason) implements Fault {

    /** Checks that both are there. */
    public Refused {
      requireNonNull(kind, "kind");
      requireNonNull(reason, "reason");
    }

    /**
     * A submit is refused.
     *
     * @param reason why
     */
    public Refused(Reason reason) {
      this(Call.Kind.SUBMIT, reason);
    }

    @Override
    public boolean strikes(Call.Kind kind) {
      return kind == this.kind;
    }
  }

  /** Strikes a submit: it is lost on its way, nothing happens ({@code LOST}). */
  record LostRequest() implements Fault {

    @Override
    public boolean strikes(Call.Kind kind) {
      return kind == Call.Kind.SUBMIT;
    }
  }

  /**
   * Strikes a submit: it does what it should, its job exists and runs, but the answer is lost on
   * its way back ({@code LOST}).
   */
  record LostAnswer() implements Fault {

    @Override
    public boolean strikes(Call.Kind kind) {
      return kind == Call.Kind.SUBMIT;
    }
  }

  /**
   * Strikes any call: it is never answered.
   *
   * @param effect whether a submit does what it should all the same
   */
  record NeverAnswered(boolean effect) implements Fault {}

  /** Strikes a submit: its job stays RUNNING for ever and does nothing. */
  record StuckJob() implements Fault {

    @Override
    public Part part() {
      return Part.JOB;
    }
  }

  /**
   * Strikes a submit: as soon as its job has ended, the first of its images is deleted, with all of
   * its members.
   */
  record DeletedImage() implements Fault {

    @Override
    public Part part() {
      return Part.JOB;
    }
  }

  /**
   * Strikes a submit: its job takes longer.
   *
   * @param extra how much longer
   */
  record SlowJob(Duration extra) implements Fault {

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public SlowJob {
      checkArgument(!extra.isNegative(), "extra: %s is negative", extra);
    }

    @Override
    public Part part() {
      return Part.JOB;
    }
  }

  /**
   * Strikes a submit: its job FAILs after doing part of its pairs, and gives a generic reason
   * ({@code LOST}, code {@code IMG.0112}, on removal {@code IMG.0113}). The part is drawn from the
   * seed; at least one pair is left undone, and of two or more at least one is done.
   */
  record PartialFail() implements Fault {

    @Override
    public Part part() {
      return Part.JOB;
    }
  }

  /**
   * Strikes a submit: its job SUCCEEDs, and its results say so of every pair, but part of its pairs
   * is not done. The part is drawn as for {@link PartialFail}.
   */
  record HollowSuccess() implements Fault {

    @Override
    public Part part() {
      return Part.JOB;
    }
  }

  /**
   * Strikes a submit: its job's results say this much, whatever {@link Unknowns#results} is.
   *
   * @param detail what the results say
   */
  record Results(Unknowns.Detail detail) implements Fault {

    /** Checks that it is there. */
    public Results {
      requireNonNull(detail, "detail");
    }

    @Override
    public Part part() {
      return Part.RESULTS;
    }
  }

  /**
   * Strikes a submit: when its job ends, the listing of its images goes on showing what it showed
   * before, for this long.
   *
   * @param lag for how long; a very long time makes a listing that never catches up
   */
  record ListLag(Duration lag) implements Fault {

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public ListLag {
      checkArgument(!lag.isNegative(), "lag: %s is negative", lag);
    }

    @Override
    public Part part() {
      return Part.LISTING;
    }
  }
}
