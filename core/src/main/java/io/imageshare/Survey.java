package io.imageshare;

import io.imageshare.ShareRequest.Action;
import java.util.Map;

/** Reads every listing before anything is written: what is so already, and what cannot fit. */
final class Survey {
  private final Run run;
  private final Ledger ledger;
  private int unread;
  private int read;

  Survey(Run run) {
    this.run = run;
    ledger = run.ledger();
    unread = run.listings().count();
  }

  void begin() {
    for (int listing = 0; listing < run.listings().count(); listing++) {
      run.read(new Look(listing));
    }
  }

  private final class Look extends Reading {
    Look(int listing) {
      super(run, listing, false);
    }

    @Override
    void listed(Map<?, MemberStatus> listed) {
      read++;
      if (run.engine().reader() != null) {
        run.engine().reader().accept(subject(), listed);
      }
      if (ledger.action() == Action.SHARE) {
        refuseWhatCannotFit(listing(), listed.size());
      }
    }

    @Override
    void refused(Reason reason) {
      // Each is read even if many are bad: a reading is cheap, and tells of that one alone.
      Side side = run.listings().side();
      if (reason.kind() == Reason.Kind.INVALID || reason.kind() == side.invalid()) {
        run.proof().bad(side, listing(), reason);
        run.judge().fail(side, listing(), reason);
      }
    }

    @Override
    void over() {
      unread--;
      if (unread == 0) {
        run.surveyed(read);
      }
    }
  }

  private void refuseWhatCannotFit(int image, int members) {
    int limit = run.engine().membersPerImage();
    int room = limit - members;
    for (int r = 0; r < ledger.recipients(); r++) {
      if (ledger.isPending(image, r)) {
        room--;
        if (room < 0 && !ledger.isTouched(image, r)) {
          run.judge().settle(image, r, new Verdict.Failed(full(members, limit)));
        }
      }
    }
  }

  private static Reason full(int members, int limit) {
    return new Reason(
        Reason.Kind.QUOTA,
        "",
        "the image has %d of at most %d recipients, and those asked for before this take the rest"
            .formatted(members, limit));
  }
}
