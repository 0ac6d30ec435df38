package io.imageshare.internal.run;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a pair, decided from what is known of it and nothing else. The rest of the engine
 * finds out what is known, and does what is ruled.
 */
final class OutcomeRules {
  private OutcomeRules() {}

  /** What to do with a pair. */
  sealed interface Ruling {
    /** It has its outcome. */
    record Settle(Verdict verdict) implements Ruling {}

    /** It is asked once more, unless it was asked as often as a pair is. */
    record AskAgain(Reason reason) implements Ruling {}

    /** The listing may lag: it is read once more. */
    record ReadAgain() implements Ruling {}
  }

  /**
   * What the last call that asked a pair says of it.
   *
   * @param claimsDone whether its job says that the pair is done
   * @param refusal why its job says that this very pair is not, or may not be where a result names
   *     no recipient
   * @param unclear why nobody knows what became of the call; null: its job has ended
   * @param job the job's id; empty: none is known
   */
  record Ask(boolean claimsDone, @Nullable Reason refusal, @Nullable Reason unclear, String job) {}

  /** What the service means by refusing a write. */
  enum Refusal {
    /** Something in it is wrong: it is searched. */
    SEARCH,
    /** It comes again. */
    ASK_AGAIN,
    /** Nobody can read the answer: only a listing can tell. */
    UNKNOWN,
    /** The credentials are wrong. */
    STOP
  }

  static Refusal refused(Kind kind) {
    return switch (kind) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
          Refusal.SEARCH;
      case INTERNAL -> Refusal.UNKNOWN;
      case UNAUTHENTICATED -> Refusal.STOP;
      case THROTTLED, UNAVAILABLE, LOST, NOT_SENT -> Refusal.ASK_AGAIN;
    };
  }

  /** Whether a write that failed so may have taken effect. */
  static boolean mayHaveEffect(Kind kind) {
    return kind == Kind.LOST || kind == Kind.INTERNAL;
  }

  /** Whether a reason for one pair will not pass. */
  static boolean isFinal(Kind kind) {
    return refused(kind) == Refusal.SEARCH;
  }

  /** What a refused read says of its listing's ids. */
  enum ReadRefusal {
    /** The id is bad: its pairs fail. */
    BAD_ID,
    /** The listing may not be read. */
    UNREADABLE,
    /** Nothing. */
    NOTHING
  }

  static ReadRefusal readRefused(Kind kind, Side side) {
    if (kind == Kind.INVALID || kind == side.invalid()) {
      return ReadRefusal.BAD_ID;
    }
    return kind == Kind.FORBIDDEN || kind == Kind.UNSUPPORTED
        ? ReadRefusal.UNREADABLE
        : ReadRefusal.NOTHING;
  }

  /** A listing shows that a pair is as asked. */
  static Verdict asAsked(boolean wasAsked, @Nullable MemberStatus status) {
    return new Verdict.Done(!wasAsked, status == null ? MemberStatus.UNKNOWN : status);
  }

  /**
   * A pair whose call is over is not as asked by a listing that was read since.
   *
   * @param mayLag whether the listing may yet show it
   */
  static Ruling unlisted(Ask ask, boolean mayLag) {
    if (ask.unclear() != null) {
      return new Ruling.Settle(new Verdict.Unknown(ask.unclear(), ask.job()));
    }
    if (ask.claimsDone() && mayLag) {
      return new Ruling.ReadAgain();
    }
    return notDone(ask);
  }

  private static Ruling notDone(Ask ask) {
    Reason refusal = ask.refusal();
    if (refusal == null) {
      return new Ruling.AskAgain(JobResults.unlisted(ask.job()));
    }
    return isFinal(refusal.kind())
        ? new Ruling.Settle(new Verdict.Failed(refusal))
        : new Ruling.AskAgain(refusal);
  }

  /** A pair whose call is over has a listing that cannot be read: its job's word must do. */
  static Ruling unlistable(Ask ask) {
    if (ask.unclear() != null) {
      return new Ruling.Settle(new Verdict.Unknown(ask.unclear(), ask.job()));
    }
    return ask.claimsDone() && ask.refusal() == null
        ? new Ruling.Settle(new Verdict.Done(false, MemberStatus.UNKNOWN))
        : notDone(ask);
  }

  /**
   * A pair whose call had no readable answer is not as asked, long enough after it.
   *
   * @param couldRead whether a listing was read and does not show it
   */
  static Ruling afterLoss(Reason reason, boolean couldRead, String job) {
    return couldRead && reason.kind() != Kind.INTERNAL
        ? new Ruling.AskAgain(reason)
        : new Ruling.Settle(new Verdict.Unknown(reason, job));
  }

  /**
   * A pair was asked in vain.
   *
   * @param asks how often, with this time
   * @return its verdict; null: it is asked again
   */
  static @Nullable Verdict askedInVain(int asks, boolean touched, Reason reason, String job) {
    if (asks < PairTable.ASKS) {
      return null;
    }
    return touched ? new Verdict.Unknown(reason, job) : new Verdict.Failed(reason);
  }

  /**
   * The run ends, and a pair has no outcome.
   *
   * @param touched whether an ask of it may yet take effect
   * @param told what its last call says, if anything
   * @param stopped why its principal stopped; null: it did not
   * @param why the run was cut short
   */
  static Verdict cutShort(
      boolean touched, @Nullable Reason told, @Nullable Reason stopped, String why, String job) {
    if (touched) {
      return new Verdict.Unknown(
          told != null ? told : new Reason(Kind.LOST, "", "the run was cut short: " + why), job);
    }
    return new Verdict.Failed(
        stopped != null ? stopped : new Reason(Kind.NOT_SENT, "", "not sent: " + why));
  }
}
