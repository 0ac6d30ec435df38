package io.imageshare;

/** An outcome without its member, so that a million pairs share a few of them. */
sealed interface Verdict {

  Outcome of(Member member);

  record Done(boolean already, MemberStatus status) implements Verdict {
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
