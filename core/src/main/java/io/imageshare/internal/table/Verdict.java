package io.imageshare.internal.table;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import org.jspecify.annotations.Nullable;

/** An outcome without its member, so that a million pairs share a few of them. */
public sealed interface Verdict {

  Outcome of(Member member);

  /** Why it is not done; null if it is. */
  @Nullable Reason reason();

  /** An outcome without its member. */
  static Verdict of(Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      return new Done(done.already(), done.status());
    } else if (outcome instanceof Outcome.Failed failed) {
      return new Failed(failed.reason());
    }
    Outcome.Unknown unknown = (Outcome.Unknown) outcome;
    return new Unknown(unknown.reason(), unknown.job());
  }

  record Done(boolean already, MemberStatus status) implements Verdict {
    @Override
    public @Nullable Reason reason() {
      return null;
    }

    @Override
    public Outcome of(Member member) {
      return new Outcome.Done(member, already, status);
    }
  }

  record Failed(Reason reason) implements Verdict {
    @Override
    public Outcome of(Member member) {
      return new Outcome.Failed(member, reason);
    }
  }

  record Unknown(Reason reason, String job) implements Verdict {
    @Override
    public Outcome of(Member member) {
      return new Outcome.Unknown(member, reason, job);
    }
  }
}
